// The sample backbone: a file that any runtime loads, with features that do not care for mirroring, a quarter turn or contrast.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { createBackbone } from '../../../src/core/nn/backbone.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { makeSampleBackbone, sampleImageSize } from '../../../src/engine/sample/backbone.ts'
import { drawButterfly, sampleSize } from '../../../src/engine/sample/butterflies.ts'
import { sampleSpecies } from '../../../src/engine/sample/species.ts'
import { waveletWidth } from '../../../src/engine/sample/wavelets.ts'
import { fitWhitening } from '../../../src/engine/sample/whitening.ts'

const engine = new OnnxRuntimeEngine({ threads: 1 })
const options = { seed: 5, species: 6, individuals: 4 }
let bytes: Uint8Array
let session: InferenceSession

beforeAll(async () => {
  bytes = await makeSampleBackbone(engine, options)
  session = await InferenceSession.create(bytes)
})
afterAll(() => engine.dispose())

const size = sampleImageSize
type Change = (value: (c: number, y: number, x: number) => number) => (c: number, y: number, x: number) => number

/** Every image of the batch seen through a change: the middle of the drawing, in -1..1. */
async function features(seeds: readonly number[], change: Change = (value) => value): Promise<Float32Array[]> {
  const images = new Float32Array(seeds.length * 3 * size * size)
  for (const [n, seed] of seeds.entries()) {
    const species = sampleSpecies[seed % sampleSpecies.length] ?? sampleSpecies[0]
    if (!species) throw new Error('no species')
    const pixels = await drawButterfly(species, seed)
    const margin = (sampleSize - size) / 2
    const seen = change((c, y, x) => (pixels[((y + margin) * sampleSize + x + margin) * 3 + c] ?? 0) / 127.5 - 1)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) images[((n * 3 + c) * size + y) * size + x] = seen(c, y, x)
  }
  const result = await session.run({ input: new Tensor('float32', images, [seeds.length, 3, size, size]) })
  const data = result.features?.data as Float32Array
  return seeds.map((_, n) => data.slice(n * waveletWidth, (n + 1) * waveletWidth))
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.hypot(...Array.from(a, (value, i) => value - (b[i] ?? 0)))

test('the file takes any batch, is small, and gives finite features that differ from image to image', async () => {
  expect(bytes.length).toBeLessThan(2 ** 21)
  expect(session.inputNames).toEqual(['input'])
  const [a, b, c] = await features([1, 2, 3])
  expect([...(a ?? []), ...(b ?? []), ...(c ?? [])].every(Number.isFinite)).toBe(true)
  expect(distance(a ?? [], b ?? [])).toBeGreaterThan(1)
  expect(distance(b ?? [], c ?? [])).toBeGreaterThan(1)
  const [alone] = await features([2])
  expect(distance(alone ?? [], b ?? [])).toBeLessThan(1e-3)
})

test('mirrored, turned by a quarter or at half the contrast, an image keeps its features', async () => {
  const [plain, other] = await features([1, 2])
  const spread = distance(plain ?? [], other ?? [])
  const changes: Record<string, Change> = {
    mirrored: (value) => (c, y, x) => value(c, y, size - 1 - x),
    turned: (value) => (c, y, x) => value(c, size - 1 - x, y),
    pale: (value) => (c, y, x) => value(c, y, x) / 2,
  }
  for (const [name, change] of Object.entries(changes)) {
    const [changed] = await features([1], change)
    expect(distance(plain ?? [], changed ?? []), name).toBeLessThan(0.02 * spread)
  }
})

test('training finds the feature, and what the file says of its pixels', () => {
  const backbone = createBackbone(readOnnx(bytes))
  expect(backbone.width).toBe(waveletWidth)
  expect(backbone.imageSize).toEqual([size, size])
  expect(backbone.head.name).toBe('features')
  expect(backbone.model.metadata.normalize).toBe('symmetric')
})

test('the same seed gives the same file', async () => {
  const few = { seed: 5, species: 2, individuals: 2 }
  const once = await makeSampleBackbone(engine, few)
  expect(await makeSampleBackbone(engine, few)).toEqual(once)
  expect(await makeSampleBackbone(engine, { ...few, seed: 6 })).not.toEqual(once)
})

test('whitening: individuals of a species spread by one in every direction, whatever lies between species', () => {
  const random = new Random(7)
  const width = 5
  const labels = Array.from({ length: 4000 }, (_, i) => i % 8)
  const centres = Array.from({ length: 8 }, () => Array.from({ length: width }, () => random.normal(0, 0.2)))
  const rows = labels.map((label) => {
    const common = random.normal(0, 3)
    return Array.from({ length: width }, (_, j) => 10 * j + (centres[label]?.[j] ?? 0) + common + random.normal(0, 1 + j))
  })
  const { weights, offsets } = fitWhitening(rows, labels)
  const mapped = rows.map((row) =>
    Array.from({ length: width }, (_, i) => row.reduce((sum, x, j) => sum + x * (weights[i * width + j] ?? 0), offsets[i] ?? 0)),
  )
  const means = centres.map((_, label) => average(mapped.filter((_row, n) => labels[n] === label)))
  const within = mapped.map((row, n) => row.map((x, i) => x - (means[labels[n] ?? 0]?.[i] ?? 0)))
  for (let i = 0; i < width; i++) {
    expect(average(mapped)[i]).toBeCloseTo(0, 6)
    for (let j = 0; j < width; j++) {
      const covariance = within.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / within.length
      // The ridge takes a little off.
      expect(Math.abs(covariance - (i === j ? 1 : 0))).toBeLessThan(0.25)
    }
  }
})

function average(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length)
}
