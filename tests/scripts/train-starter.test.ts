// The starter's training on a few drawn photos: what is left out, and that a run that was stopped ends as one that was not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { heldOut, readPhotos } from '../../scripts/train-starter/photos.ts'
import { publish } from '../../scripts/train-starter/publish.ts'
import { starterRecipe } from '../../scripts/train-starter/recipe.ts'
import type { Recipe } from '../../scripts/train-starter/recipe.ts'
import { trainStarter } from '../../scripts/train-starter/train.ts'
import type { Job } from '../../scripts/train-starter/job.ts'
import * as g from '../../src/core/graph/build.ts'
import { symbolicBatch, writeOnnx } from '../../src/core/graph/onnx/write.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { starterBackbones } from '../../src/main/services/backbones/starter.ts'
import { writePhotos } from '../support/photos.ts'

const folder = mkdtempSync(join(tmpdir(), 'train-starter-'))
const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(async () => {
  await engine.dispose()
  rmSync(folder, { recursive: true })
})

const classes = ['a', 'b', 'c', 'd', 'e']
await writePhotos(join(folder, 'photos'), { classes, images: { train: 5, validation: 2, test: 2 }, size: 32 })
writeFileSync(join(folder, 'teacher.onnx'), teacher())

const recipe: Recipe = {
  ...starterRecipe,
  sources: [{ name: 'drawn', folder: 'photos' }],
  validation: 4,
  teacher: { file: 'teacher.onnx', normalize: 'unit', size: 24, pooled: 'pooled' },
  architecture: { size: 32, widths: [4, 8], blocks: [1, 1], features: 8 },
  views: 2,
  batch: 4,
  drawings: { species: 3, individuals: 2, camera: { scale: [0.5, 1], turn: 10 }, cropScale: 0.5, batch: 2, weight: 1 },
  cycles: [
    { steps: 3, size: 16, learningRate: 0.1, species: 0 },
    { steps: 5, size: 32, learningRate: 0.05, species: 2 },
  ],
  validations: 2,
}

/** Random filters, mean, random classes: as much of a teacher as is needed. */
function teacher(): Uint8Array {
  const random = new Random(7)
  const drawn = (...shape: number[]): ReturnType<typeof g.constant> =>
    g.constant(
      tensor(
        'float32',
        shape,
        Array.from({ length: sizeOf(shape) }, () => random.normal()),
      ),
    )
  const input = g.input('input', { dtype: 'float32', shape: [symbolicBatch, 3, 24, 24] })
  const pooled = g.globalAveragePool(g.relu(g.conv(input, drawn(6, 3, 3, 3))))
  return writeOnnx({ inputs: { input }, outputs: { pooled, logits: g.flatten(g.conv(pooled, drawn(10, 6, 1, 1), drawn(10))) }, batch: 'N' })
}

function job(out: string, options: Partial<Job> = {}): Job {
  const signal = new AbortController().signal
  return { recipe, data: folder, out: join(folder, out), engine, threads: 1, resume: false, signal, report: () => undefined, ...options }
}

test('only training photos are used, and none of the classes that are left out', async () => {
  const { set, training, validation } = await readPhotos(folder, recipe)
  const left = heldOut('drawn', classes, recipe)
  expect(left).toHaveLength(1)
  const used = [...training, ...validation].map((index) => set.images[index]!)
  expect(used).toHaveLength(20)
  expect(new Set(used.map(({ path }) => path)).size).toBe(20)
  for (const { path } of used) {
    expect(path).toMatch(/^photos\/train\//)
    expect(left).not.toContain(path.split('/').at(-2))
  }
})

test('a run that was stopped and resumed gives the same file as one that was not', async () => {
  const whole = await trainStarter(job('whole'))
  const stop = new AbortController()
  const cut = job('cut', {
    signal: stop.signal,
    report: (event) => {
      if (event.kind === 'cycle' && event.cycle === 1 && event.event.kind === 'step' && event.event.step === 3) stop.abort()
    },
  })
  await expect(trainStarter(cut)).rejects.toMatchObject({ code: 'stopped' })
  const steps: number[] = []
  const resumed = await trainStarter(
    job('cut', {
      resume: true,
      report: (event) => {
        if (event.kind === 'cycle' && event.event.kind === 'step') steps.push(event.event.step)
      },
    }),
  )
  expect(steps).toEqual([4, 5])
  expect(Buffer.from(resumed).equals(Buffer.from(whole))).toBe(true)
  expect(readFileSync(join(folder, 'whole/cycle-1.onnx')).equals(Buffer.from(whole))).toBe(false)
  await expect(trainStarter(job('cut', { resume: true, recipe: { ...recipe, featureWeight: 1 } }))).rejects.toMatchObject({
    code: 'mismatch',
  })

  await publish(join(folder, 'backbones/starter.onnx'), whole, new Date(0))
  expect(await starterBackbones(folder)).toMatchObject([{ id: 'starter', bytes: whole.length, normalize: 'imagenet', available: true }])
}, 120_000)
