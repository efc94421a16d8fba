// Methods that hold on to the pre-trained network, through all phases of a run: stopped and resumed they make the same model, which has the new head alone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { train } from '../../../src/engine/training/run.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const place = mkdtempSync(join(tmpdir(), 'transfer-methods-'))
const at = (...names: string[]): string => join(place, ...names)
beforeAll(async () => {
  vi.stubEnv('SELF_TUNING_CACHE', at('cache'))
  await writePhotos(at('photos'), { classes: ['a', 'b', 'c'], images: { train: 8, test: 4 } })
  writeFileSync(at('backbone.onnx'), tinyBackbone({ classes: 7 }))
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true })
})

/** Of the three phases: 5, 3 and 4; validations are at 3, 5, 7, 8, 10 and 12. */
const steps = 12

async function run(method: string, name: string, stopAt: readonly number[]): Promise<Uint8Array> {
  const request = trainRequestSchema.parse({
    ...{ job: 'train', images: at('photos'), backbone: at('backbone.onnx'), method, budget: 'thorough', steps, batch: 4, threads: 1 },
    ...{ imageSize: 32, out: at(name), settings: { bottleneck: 16, validations: 2 } },
  })
  for (const step of stopAt) {
    const resume = step !== stopAt[0]
    const context = testContext((event, it) => event.event === 'validation' && event.step === step && it.stop())
    await expect(train({ ...request, resume }, context)).rejects.toMatchObject({ code: 'stopped' })
  }
  const { model } = await train({ ...request, resume: stopAt.length > 0 }, testContext())
  return readFileSync(model)
}

test.each(['l2-sp', 'delta', 'bss', 'co-tuning'])('%s', { timeout: 60_000 }, async (method) => {
  const whole = await run(method, `${method}-whole`, [])
  expect(Buffer.compare(await run(method, `${method}-stopped`, [3, 7, 10]), whole)).toBe(0)
  const { outputs, initialisers } = readOnnx(whole)
  expect(new Set(outputs.map(({ shape }) => shape?.at(-1)))).toEqual(new Set([3]))
  expect([...initialisers.values()].filter(({ shape }) => shape[0] === 7)).toEqual([])
})
