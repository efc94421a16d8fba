// A network that a run cannot use: with nothing to train new layers on it are fine, deeper training is refused before a run and by the run itself; without
// a classifier of its own Co-Tuning is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { input } from '../../../src/core/graph/apply.ts'
import { symbolicBatch, writeOnnx } from '../../../src/core/graph/onnx/write.ts'
import { check } from '../../../src/engine/jobs/check.ts'
import { openRun } from '../../../src/engine/training/open-run.ts'
import { checkRequestSchema, trainRequestSchema } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'

const folder = mkdtempSync(join(tmpdir(), 'check-'))
const backbone = join(folder, 'frozen.onnx')
beforeAll(async () => {
  const image = input('image', { dtype: 'float32', shape: [symbolicBatch, 3, 32, 32] })
  const features = g.flatten(g.averagePool(image, { kernel_shape: [8, 8], strides: [8, 8] }))
  writeFileSync(backbone, writeOnnx({ inputs: { image }, outputs: { features }, batch: 'N' }))
  await writePhotos(join(folder, 'photos'), { classes: ['ash', 'oak'], images: 8 })
})
afterAll(() => rmSync(folder, { recursive: true }))

const words = 'nothing that can be trained'

test.each([
  [{ budget: 'standard' }, 'budget'],
  [{ depth: 1 }, 'depth'],
  [{ depth: 'all' }, 'depth'],
])('%o is refused', async (choice, field) => {
  const asked = checkRequestSchema.parse({ job: 'check', backbone, method: 'self-tuning', classes: 2, unlabelled: 4, ...choice })
  const { problems } = await check(asked, testContext())
  expect(problems).toEqual([{ field, message: expect.stringContaining(words) as string }])
  const request = trainRequestSchema.parse({
    job: 'train',
    images: join(folder, 'photos'),
    backbone,
    method: 'self-tuning',
    out: folder,
    ...choice,
  })
  await expect(openRun(request, new AbortController().signal)).rejects.toMatchObject({
    code: 'bad-option',
    message: expect.stringContaining(words) as string,
  })
})

test('new layers on it are not', async () => {
  const asked = checkRequestSchema.parse({ job: 'check', backbone, method: 'self-tuning', budget: 'quick', classes: 2, unlabelled: 4 })
  expect((await check(asked, testContext())).problems).toEqual([])
})

test('a method that needs unlabelled images is refused where there are none, by its name; others do without', async () => {
  const asked = (method: string) =>
    check(checkRequestSchema.parse({ job: 'check', backbone, method, budget: 'quick', classes: 2, unlabelled: 0 }), testContext())
  const { problems } = await asked('fixmatch')
  expect(problems).toEqual([{ field: 'method', message: expect.stringContaining('FixMatch needs unlabelled images') as string }])
  for (const method of ['self-tuning', 'fine-tuning']) expect((await asked(method)).problems).toEqual([])
})

test('Co-Tuning asks for a classifier of its own', async () => {
  const message = `${backbone}: expected a network with its own classifier, e.g. of 1000 ImageNet classes, which Co-Tuning learns from, found one without`
  const asked = checkRequestSchema.parse({ job: 'check', backbone, method: 'co-tuning', budget: 'quick', classes: 2, unlabelled: 4 })
  expect((await check(asked, testContext())).problems).toEqual([{ field: 'backbone', message }])
  const images = join(folder, 'photos')
  const request = trainRequestSchema.parse({ job: 'train', images, backbone, method: 'co-tuning', out: folder, budget: 'quick' })
  await expect(openRun(request, new AbortController().signal)).rejects.toMatchObject({ code: 'bad-option', message })
})
