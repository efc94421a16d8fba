// What a run would take: a run that does not fit is not tried, and the batch that would fit is named.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { estimate } from '../../../src/engine/jobs/estimate.ts'
import { estimateRequestSchema } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

/** Devices that are not there compute on the processor. */
vi.mock(import('../../../src/engine/backends/index.ts'), async (original) => {
  const { openEngine } = await original()
  return { openEngine: ({ threads }) => openEngine({ threads }) }
})

const place = mkdtempSync(join(tmpdir(), 'estimate-'))
afterAll(() => rmSync(place, { recursive: true }))

beforeAll(async () => {
  await writePhotos(join(place, 'photos'), { classes: ['a', 'b'], images: { train: 6, test: 2 } })
  writeFileSync(join(place, 'backbone.onnx'), tinyBackbone())
})

/** @param free bytes of memory that the system is said to have */
async function estimated(batch: number, free: number, device?: string) {
  vi.spyOn(process, 'availableMemory').mockReturnValue(free)
  vi.spyOn(os, 'totalmem').mockReturnValue(free)
  syncBuiltinESMExports()
  const request = estimateRequestSchema.parse({
    ...{ job: 'estimate', images: join(place, 'photos'), backbone: join(place, 'backbone.onnx'), method: 'fine-tuning', depth: 'all' },
    ...{ device, steps: 10, batch, threads: 1, imageSize: 32, settings: { bottleneck: 16 } },
  })
  try {
    return await estimate(request, testContext())
  } finally {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  }
}

test('a run that fits', async () => {
  const free = 100 * 2 ** 30
  const found = await estimated(4, free)
  expect(found).toMatchObject({ freeMemory: free, largestBatch: 4096 })
  expect(found.memory).toBeLessThan(free)
  expect(found.phases[0]?.seconds).toBeGreaterThan(0)
})

test('a batch that does not fit, and a machine where none does', async () => {
  const free = 300 * 2 ** 20
  const found = await estimated(4096, free)
  expect(found.memory).toBeGreaterThan(free)
  expect(found.largestBatch).toBeGreaterThan(16)
  expect(found.largestBatch).toBeLessThan(4096)
  expect((await estimated(4, 2 ** 20)).largestBatch).toBeNull()
})

test('how much a graphics card has free is not known, and no batch is said to fit', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
  const found = await estimated(4, 300 * 2 ** 20, 'webgpu')
  expect(found).toMatchObject({ freeMemory: null, largestBatch: null })
  expect(found.memory).toBeGreaterThan(2 ** 20)
  expect((await estimated(4, 300 * 2 ** 20, 'cpu')).freeMemory).not.toBeNull()
})
