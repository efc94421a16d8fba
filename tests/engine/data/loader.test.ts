// The loader: the same batches whatever the threads, exact resume, broken files replaced and reported once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Batch, BatchSource, BatchSourceState, EvaluationBatch } from '../../../src/core/data/batches.ts'
import type { ImageSet } from '../../../src/core/data/image-set.ts'
import { normalise } from '../../../src/core/data/views/normalise.ts'
import { recipe } from '../../../src/core/data/views/recipe.ts'
import { makeView } from '../../../src/core/data/views/view.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { decodeFile } from '../../../src/engine/data/decode.ts'
import { ImageLoader } from '../../../src/engine/data/loader.ts'
import type { BrokenFile, TrainingPlan } from '../../../src/engine/data/plans.ts'

const count = 20
const brokenOnes = new Set([4, 5, 13])
const strong = recipe('strong', { size: 24, normalize: 'imagenet' })
const weak = recipe('weak', { size: 24, normalize: 'imagenet' })
let set: ImageSet

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'loader-'))
  for (let i = 0; i < count; i++) {
    const color = { r: 10 + 12 * i, g: 250 - 12 * i, b: (i * 91) % 256 }
    const image = sharp({
      create: { width: 40 + i, height: 34, channels: 3, background: color, noise: { type: 'gaussian', mean: 128, sigma: 30 } },
    })
    // Plain JPEGs and PNGs take different ways through the decoder.
    const bytes = i % 3 === 0 ? await image.png().toBuffer() : await image.jpeg().toBuffer()
    await writeFile(join(root, `${i}.jpg`), brokenOnes.has(i) ? bytes.subarray(0, 200) : bytes)
  }
  const images = Array.from({ length: count }, (_, i) => ({ path: `${i}.jpg`, class: i % 2, split: null, bytes: 0 }))
  set = { root, layout: 'csv', classes: ['even', 'odd'], images, skipped: [] }
})

afterAll(() => rm(set.root, { recursive: true }))

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

function plan(resume?: BatchSourceState): TrainingPlan {
  return {
    labelled: { indices: range(0, 7), batch: 5, recipes: [weak, strong] },
    unlabelled: { indices: range(7, count), batch: 9, recipes: [strong] },
    seed: 3,
    resume,
  }
}

async function withLoader<T>(
  options: { threads: number; cacheBytes?: number; onBroken?: (file: BrokenFile) => void },
  use: (loader: ImageLoader) => Promise<T>,
): Promise<T> {
  const loader = new ImageLoader(set, { shortSide: 28, ...options })
  try {
    return await use(loader)
  } finally {
    await loader.close()
  }
}

async function take(source: BatchSource, batches: number): Promise<Batch[]> {
  const taken: Batch[] = []
  for (let i = 0; i < batches; i++) taken.push(structuredClone(await source.next()))
  return taken
}

describe('training batches', () => {
  it('are the same with one thread, three threads, and without a cache', async () => {
    const [one, three, uncached] = await Promise.all([
      withLoader({ threads: 1 }, (loader) => take(loader.training(plan()), 6)),
      withLoader({ threads: 3 }, (loader) => take(loader.training(plan()), 6)),
      withLoader({ threads: 2, cacheBytes: 0 }, (loader) => take(loader.training(plan()), 6)),
    ])
    expect(three).toEqual(one)
    expect(uncached).toEqual(one)
  })

  it('go on after a state as if never stopped, prefetched batches not counted', async () => {
    await withLoader({ threads: 2 }, async (loader) => {
      const source = loader.training(plan())
      await take(source, 3)
      const state = JSON.parse(JSON.stringify(source.state())) as BatchSourceState
      const rest = await take(source, 3)
      expect(await take(loader.training(plan(state)), 3)).toEqual(rest)
      expect(state).toEqual({ labelled: { drawn: 15 }, unlabelled: { drawn: 27 } })
    })
  })

  it('hold different views of each image, each draw anew, and true labels', async () => {
    await withLoader({ threads: 2 }, async (loader) => {
      const [batch] = await take(loader.training({ ...plan(), labelled: { indices: [1], batch: 2, recipes: [strong, strong] } }), 1)
      const { views, labels, indices } = batch?.labelled ?? {}
      expect([...(indices ?? [])]).toEqual([1, 1])
      expect([...(labels ?? [])]).toEqual([1, 1])
      const size = 3 * 24 * 24
      const samples = views?.flatMap((view) => [view.slice(0, size), view.slice(size)].map((sample) => sample.join())) ?? []
      expect(new Set(samples).size).toBe(4)
      batch?.unlabelled?.indices.forEach((index, i) => expect(batch.unlabelled?.labels[i]).toBe(index % 2))
    })
  })

  it('replace broken files by the next good one and report each once, by name', async () => {
    const reports: BrokenFile[] = []
    await withLoader({ threads: 2, onBroken: (file) => reports.push(file) }, async (loader) => {
      const drawn = (await take(loader.training(plan()), 14)).flatMap(({ labelled }) => [...(labelled?.indices ?? [])])
      // Ten epochs of seven: 4 and 5 are replaced by 6.
      const counts = range(0, 7).map((index) => drawn.filter((found) => found === index).length)
      expect(counts).toEqual([10, 10, 10, 10, 0, 0, 30])
    })
    expect(reports.map(({ path }) => path).sort()).toEqual(['13.jpg', '4.jpg', '5.jpg'])
    expect(reports[0]?.reason).toMatch(/jpg: expected a whole image, found a truncated or damaged one/)
  })

  it('fail with one line where no image can be decoded', async () => {
    await withLoader({ threads: 1 }, async (loader) => {
      const source = loader.training({ labelled: { indices: [4, 5], batch: 2, recipes: [weak] }, unlabelled: null, seed: 0 })
      await expect(source.next()).rejects.toThrow(/expected labelled images that can be decoded, found none among 2$/)
    })
  })
})

it('passes over images in order, leaving broken ones out', async () => {
  const evaluation = recipe('evaluation', { size: 24, normalize: 'unit' })
  await withLoader({ threads: 2 }, async (loader) => {
    const batches: EvaluationBatch[] = []
    for await (const batch of loader.ordered(range(0, count), evaluation, 6)) batches.push(batch)
    expect(batches.flatMap(({ indices }) => [...indices])).toEqual(range(0, count).filter((index) => !brokenOnes.has(index)))
    expect(batches.flatMap(({ labels }) => [...labels])).toEqual(range(0, count).filter((index) => !brokenOnes.has(index)).map((index) => index % 2)) // prettier-ignore
    // The second image of the first batch, made by hand.
    const expected = new Float32Array(3 * 24 * 24)
    normalise(makeView(await decodeFile(join(set.root, '1.jpg')), evaluation, new Random(0)), 'unit', expected)
    expect(batches[0]?.view.slice(expected.length, 2 * expected.length)).toEqual(expected)
    expect(loader.broken.map(({ index }) => index).sort()).toEqual([13, 4, 5])
  })
})

it('shows large images in evaluation as the exported model sees them: resized from all pixels', async () => {
  const root = await mkdtemp(join(tmpdir(), 'loader-'))
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
  await sharp({ create: { width: 400, height: 300, channels: 3, background: 'grey', noise } })
    .jpeg()
    .toFile(join(root, 'large.jpg'))
  const large: ImageSet = { ...set, root, images: [{ path: 'large.jpg', class: 0, split: null, bytes: 0 }] }
  const evaluation = recipe('evaluation', { size: 24, normalize: 'unit' })
  const expected = new Float32Array(3 * 24 * 24)
  normalise(makeView(await decodeFile(join(root, 'large.jpg')), evaluation, new Random(0)), 'unit', expected)
  const loader = new ImageLoader(large, { shortSide: 27, threads: 1 })
  // The second time from memory.
  for (let time = 0; time < 2; time++) for await (const { view } of loader.ordered([0], evaluation, 1)) expect(view).toEqual(expected)
  await loader.close()
  await rm(root, { recursive: true })
})
