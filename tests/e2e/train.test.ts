// The real command line on generated photos: train, evaluate and predict agree, and a run is the same however often it is stopped.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readNdjson } from '../../src/node/files.ts'
import { pseudoLabelsEventSchema } from '../../src/shared/events.ts'
import { jsonLines } from '../support/command-line.ts'
import { begin, classes, command, setting } from './setting.ts'

const { photos, backbone, at } = setting()
const train = (method: string, out: string, ...more: string[]): string[] => [
  ...['train', '--images', photos, '--backbone', backbone, '--method', method, '--normalize', 'imagenet', '--labels-per-class', '4'],
  ...['--threads', '1', '--seed', '3', '--out', out, '--json', ...more],
]

test('self-tuning on a quick budget learns; evaluate and predict agree with what training reported', async () => {
  const out = at('quick')
  const { code, stdout, stderr } = await command(
    ...train('self-tuning', out, '--budget', 'quick', '--steps', '120', '--set', 'projection=64'),
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const events = jsonLines(stdout)
  const done = events.at(-1)
  expect(events[0]).toMatchObject({ event: 'start', method: 'self-tuning', classes, images: { labelled: 16, validation: 24, test: 40 } })
  expect(done).toMatchObject({ event: 'done', job: 'train', steps: 120, model: at('quick', 'model.onnx') })
  expect(done?.testAccuracy).toBeGreaterThan(0.6)
  expect(done?.exportDifference).toBeLessThan(1e-3)
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['checkpoints', 'metrics.ndjson', 'model.onnx', 'run.json']))
  const metrics = await readNdjson(at('quick', 'metrics.ndjson'))
  const told = metrics.flatMap((line) => pseudoLabelsEventSchema.safeParse(line).data ?? [])
  const validations = metrics.filter((line) => (line as { event: string }).event === 'validation')
  expect(told.length).toBeGreaterThanOrEqual(validations.length)
  const last = told.at(-1)
  expect(last?.step).toBe(120)
  expect(last?.classes.reduce((a, b) => a + b, 0)).toBe(last?.seen)
  expect(last?.seen).toBe((events[0] as { images: { unlabelled: number } }).images.unlabelled)
  expect(last?.queue).toEqual({ held: classes.map(() => 32), size: 32 })
  const steps = metrics.filter((line) => (line as { event: string }).event === 'step')
  expect(steps).toHaveLength(120)

  const evaluation = await command('evaluate', '--model', out, '--images', photos, '--json')
  expect(jsonLines(evaluation.stdout).at(-1)).toMatchObject({ event: 'done', accuracy: done?.testAccuracy, images: 40, skipped: 0 })

  const image = at('photos/test/cedar/000.jpg')
  const prediction = await command('predict', '--model', out, image, at('missing.jpg'), '--json')
  const { predictions } = jsonLines(prediction.stdout).at(-1) as { predictions: { classes: { name: string; probability: number }[] }[] }
  expect(predictions[0]?.classes.map(({ name }) => name).sort()).toEqual(classes)
  expect(predictions[0]?.classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
  expect(predictions[1]).toMatchObject({ classes: [], problem: expect.stringContaining('missing.jpg') as string })
})

test('stopped and resumed, or not: the same model, bit by bit', async () => {
  const options = ['--steps', '200', '--depth', '1', '--set', 'projection=64', 'validations=10']
  expect(await command(...train('self-tuning', at('whole'), ...options))).toMatchObject({ code: 0 })

  const interrupted = begin(...train('self-tuning', at('parts'), ...options))
  await interrupted.seen(/"event":"validation","step":20,/)
  interrupted.process.kill('SIGINT')
  const { code, stderr } = await interrupted.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(/--resume/)
  expect(readdirSync(at('parts'))).not.toContain('model.onnx')

  const resumed = await command(...train('self-tuning', at('parts'), ...options, '--resume'))
  expect(resumed.code).toBe(0)
  expect(jsonLines(resumed.stdout)[0]).toMatchObject({ event: 'start', resumedFrom: expect.any(Number) as number })
  expect(readFileSync(at('parts/model.onnx')).equals(readFileSync(at('whole/model.onnx')))).toBe(true)
  // What is told of pseudo-labels depends on the clock.
  const numbers = async (out: string): Promise<unknown[]> =>
    (await readNdjson(at(out, 'metrics.ndjson'))).filter((line) => (line as { event: string }).event !== 'pseudo-labels')
  expect((await numbers('parts')).length).toBe((await numbers('whole')).length)
})

test('fine-tuning of all layers; text for people', async () => {
  const args = train('fine-tuning', at('all'), '--steps', '10', '--depth', 'all').filter((word) => word !== '--json')
  const { code, stdout, stderr } = await command(...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^train: fine-tuning; 4 classes; 16 labelled, .* images/)
  expect(stdout).toMatch(/\nall layers, step 10\/10 {2}loss \d/)
  expect(stdout).toMatch(/\ntest accuracy +\d+\.\d %\n/)
})
