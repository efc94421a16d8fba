// Predicting long lists: the same numbers as one by one, in order, and after a stop it goes on where it was.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { predictRequestSchema } from '../../../src/shared/requests.ts'
import type { PredictionLine } from '../../../src/shared/lines.ts'
import { decodeFile } from '../../../src/engine/data/decode.ts'
import { predict } from '../../../src/engine/jobs/predict.ts'
import { TrainedModel } from '../../../src/engine/training/trained-model.ts'
import { readNdjson } from '../../../src/node/files.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyModel } from '../../support/tiny-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'predict-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const model = at('model.onnx')
const classes = ['amber', 'beech', 'cedar']
const files: string[] = []
beforeAll(async () => {
  writeFileSync(model, tinyModel(classes))
  await writePhotos(at('photos'), { classes: ['amber', 'beech'], images: 20 })
  for (const name of ['amber', 'beech']) for (let i = 0; i < 20; i++) files.push(at('photos', name, `${String(i).padStart(3, '0')}.jpg`))
  // Other sizes, among them one that is reduced while it is decoded.
  await sharp(files[0])
    .resize(200, 333)
    .toFile(at('photos', 'beech', 'tall.png'))
  await sharp(files[1])
    .resize(64, 48)
    .toFile(at('photos', 'beech', 'wide.png'))
  files.push(at('photos', 'beech', 'tall.png'), at('photos', 'beech', 'wide.png'), at('missing.jpg'))
  writeFileSync(at('list.ndjson'), files.map((file, id) => `${JSON.stringify({ id, file })}\n`).join(''))
})
afterAll(() => rmSync(folder, { recursive: true }))

const request = (more: object): ReturnType<typeof predictRequestSchema.parse> =>
  predictRequestSchema.parse({ job: 'predict', model, threads: 1, ...more })

test('a list gives the numbers of single images, file by file, in order', async () => {
  const context = testContext()
  const result = await predict(request({ list: at('list.ndjson'), results: at('all.ndjson'), top: 2, full: true }), context)
  const lines = (await readNdjson(at('all.ndjson'))) as PredictionLine[]
  expect(lines.map(({ id, file }) => [id, file])).toEqual([...files.entries()])
  expect(lines.at(-1)).toMatchObject({ classes: [], problem: expect.stringContaining('missing.jpg') as string })
  expect(result).toMatchObject({ predictions: [], images: files.length - 1, unreadable: 1 })
  expect(result.classes.map(({ name }) => name)).toEqual(classes)
  expect(result.classes.reduce((sum, { images }) => sum + images, 0)).toBe(files.length - 1)
  expect(context.events.at(-1)).toMatchObject({ event: 'progress', done: files.length, total: files.length, unit: 'images' })

  const single = await TrainedModel.open(model, 1)
  for (const { file, classes: found } of lines.slice(0, -1)) {
    const probabilities = await single.predict(await decodeFile(file))
    expect(found).toHaveLength(2)
    for (const { name, probability } of found) expect(probability).toBeCloseTo(probabilities[classes.indexOf(name)]!, 5)
    expect(found[0]?.probability).toBeCloseTo(Math.max(...probabilities), 5)
  }
  const best = lines.slice(0, -1).map(({ classes: found }) => found[0]?.probability ?? 0)
  expect(Math.max(...best) - Math.min(...best)).toBeGreaterThan(0.01)
  await single.close()
})

test('stopped, it keeps what it has, and the same request again ends with the same file', async () => {
  const stopped = testContext((event, context) => {
    if (event.event === 'progress' && event.done >= 16) context.stop()
  })
  const results = at('parts.ndjson')
  await expect(predict(request({ list: at('list.ndjson'), results }), stopped)).rejects.toMatchObject({ code: 'stopped' })
  expect(await readNdjson(results)).toHaveLength(16)
  const { images, unreadable } = await predict(request({ list: at('list.ndjson'), results }), testContext())
  expect([images, unreadable]).toEqual([files.length - 1, 1])
  await predict(request({ list: at('list.ndjson'), results: at('whole.ndjson') }), testContext())
  expect(await readNdjson(results)).toEqual(await readNdjson(at('whole.ndjson')))
})

test('a folder is taken with all below it; exactly one way to name images is allowed', async () => {
  const { images } = await predict(request({ folder: at('photos'), results: at('folder.ndjson') }), testContext())
  expect(images).toBe(files.length - 1)
  for (const wrong of [{}, { folder, list: at('list.ndjson') }, { images: [files[0]], folder }]) expect(() => request(wrong)).toThrow()
})
