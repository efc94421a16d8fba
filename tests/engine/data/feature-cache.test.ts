// Cached features: computed once, resumed, never trusted when damaged, and served as batches.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BatchSourceState } from '../../../src/core/data/batches.ts'
import type { ImageSet } from '../../../src/core/data/image-set.ts'
import { recipe } from '../../../src/core/data/views/recipe.ts'
import { cacheFeatures, type CacheOptions, type FeatureKey } from '../../../src/engine/data/feature-cache.ts'
import { FeatureStream, type FeatureStore } from '../../../src/engine/data/feature-store.ts'
import { ImageLoader } from '../../../src/engine/data/loader.ts'

const count = 11
const broken = 6
const key: FeatureKey = {
  backbone: 'abc',
  engine: 'onnxruntime 1.30.0 cpu',
  cut: 'end',
  recipe: recipe('strong', { size: 24, normalize: 'unit' }),
  shortSide: 27,
  exact: false,
  seed: 1,
  views: 3,
  shape: [2, 2],
  dtype: 'float32',
}
let set: ImageSet
let loader: ImageLoader
let folder: string
let computed = 0

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'features-'))
  for (let i = 0; i < count; i++) {
    const image = sharp({
      create: {
        width: 20,
        height: 18,
        channels: 3,
        background: { r: 20 * i, g: 90, b: 7 },
        noise: { type: 'gaussian', mean: 99, sigma: 20 },
      },
    })
    const bytes = await image.jpeg().toBuffer()
    await writeFile(join(root, `${i}.jpg`), i === broken ? bytes.subarray(0, 300) : bytes)
  }
  const images = Array.from({ length: count }, (_, i) => ({ path: `${i}.jpg`, class: i % 3, split: null, bytes: 0 }))
  set = { root, layout: 'csv', classes: ['a', 'b', 'c'], images, skipped: [] }
  loader = new ImageLoader(set, { shortSide: 27, threads: 2 })
})

afterAll(async () => {
  await loader.close()
  await rm(set.root, { recursive: true })
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-'))
  computed = 0
  return () => rm(folder, { recursive: true })
})

/** "Features": sums over quarters of each view. */
function compute(views: Float32Array, n: number): Promise<Float32Array> {
  computed += n
  const quarter = views.length / n / 4
  const sums = Float32Array.from({ length: n * 4 }, (_, i) => views.subarray(i * quarter, (i + 1) * quarter).reduce((a, b) => a + b, 0))
  return Promise.resolve(sums)
}

function open(options: Partial<CacheOptions> = {}): Promise<FeatureStore> {
  return cacheFeatures({ folder, key, loader, indices: [...set.images.keys()], compute, batch: 4, ...options })
}

function contents(store: FeatureStore): Float32Array {
  const all = new Float32Array(count * 12)
  for (let i = 0; i < count; i++) if (store.has(i)) for (let v = 0; v < 3; v++) store.read(i, v, all, i * 12 + v * 4)
  return all
}

async function file(): Promise<string> {
  const [sub] = await readdir(folder)
  const files = await readdir(join(folder, sub ?? ''))
  expect(files).toHaveLength(1)
  return join(folder, sub ?? '', files[0] ?? '')
}

describe('the cache', () => {
  it('computes each image once, leaves broken ones out, and depends on every part of the key', async () => {
    const progress: number[] = []
    const store = await open({ onProgress: (done, total) => progress.push(done / total) })
    expect(computed).toBe((count - 1) * 3)
    expect([...set.images.keys()].filter((i) => !store.has(i))).toEqual([broken])
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    const again = await open()
    expect(computed).toBe((count - 1) * 3)
    expect(contents(again)).toEqual(contents(store))
    expect(new Set(contents(store)).size).toBeGreaterThan(100)

    await open({ key: { ...key, recipe: { ...key.recipe, flip: false } } })
    await open({ key: { ...key, seed: 2 } })
    await open({ key: { ...key, engine: 'onnxruntime 1.30.0 webgpu' } })
    expect(computed).toBe((count - 1) * 3 * 4)
  })

  it('reads the files of wanted images only, and names no features after an image that could not be hashed', async () => {
    for (const indices of [
      [0, 1],
      [2, 3, 4],
    ])
      (await open({ indices })).close()
    expect(computed).toBe(15)
    const store = await open({ indices: [1] })
    expect(store.bytes).toBe(2 * 12 * 4)
    store.close()
    const hashes = new Map([
      [7, null],
      [8, null],
    ])
    const unknown = await open({ indices: [7, 8], hashes })
    expect([unknown.has(7), unknown.has(8), unknown.bytes]).toEqual([false, false, 0])
    unknown.close()
  })

  it('keeps the same numbers in float16, on the disk as in memory', async () => {
    const exact = contents(await open())
    for (const memoryBytes of [0, undefined]) {
      const options = { key: { ...key, dtype: 'float16' as const }, ...(memoryBytes !== undefined && { memoryBytes }) }
      await open(options)
      const store = await open(options)
      contents(store).forEach((value, i) => expect(Math.abs(value - (exact[i] ?? 0))).toBeLessThanOrEqual(Math.abs(exact[i] ?? 0) * 0.0005))
      store.close()
    }
  })

  it('goes on after an interruption', async () => {
    const stop = new AbortController()
    const interrupted = open({ signal: stop.signal, onProgress: (done) => done >= 4 && stop.abort(new Error('stopped')) })
    await expect(interrupted).rejects.toThrow('stopped')
    const before = computed
    expect(before).toBeGreaterThan(0)
    const store = await open()
    expect(computed).toBe((count - 1) * 3)
    await rm(folder, { recursive: true })
    expect(contents(await open())).toEqual(contents(store))
  })

  it('takes a view of an image for the same whatever the other images are', async () => {
    const some = await open({ indices: [2, 9] })
    const all = await open()
    expect(computed).toBe((count - 1) * 3)
    for (const i of [2, 9]) expect(contents(all).slice(i * 12, i * 12 + 12)).toEqual(contents(some).slice(i * 12, i * 12 + 12))
  })

  it.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ['changed in one bit', (bytes: Buffer) => bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte))],
    ['foreign', () => Buffer.from('something else entirely')],
    ['empty', () => Buffer.alloc(0)],
  ])('computes a %s file again', async (_, damage) => {
    const good = contents(await open())
    const path = await file()
    await writeFile(path, damage(await readFile(path)))
    expect(contents(await open())).toEqual(good)
    expect(computed).toBe((count - 1) * 3 * 2)
    expect(contents(await open())).toEqual(good)
    expect(computed).toBe((count - 1) * 3 * 2)
  })

  it('refuses numbers that float16 cannot hold', async () => {
    const huge = open({ key: { ...key, dtype: 'float16' }, compute: (_, n) => Promise.resolve(new Float32Array(n * 4).fill(1e6)) })
    await expect(huge).rejects.toThrow('features: expected finite numbers that fit float16, found others')
  })
})

describe('batches from the cache', () => {
  it('hold two different cached views of each image, resume exactly, and leave broken images out', async () => {
    const store = await open()
    const all = contents(store)
    const plans = {
      labelled: { indices: [0, 1, 2], batch: 4, stores: [store, store] },
      unlabelled: { indices: [3, 4, 5, broken, 7], batch: 5, stores: [store] },
      seed: 5,
    }
    const stream = new FeatureStream(plans)
    expect(stream.sampleShape).toEqual([2, 2])
    const seen = new Set<number>()
    const viewOf = (index: number, features: Float32Array): number =>
      [0, 1, 2].find((v) => features.every((value, i) => value === all[index * 12 + v * 4 + i])) ?? -1
    for (let step = 0; step < 6; step++) {
      const { labelled, unlabelled } = await stream.next()
      labelled?.indices.forEach((index, i) => {
        const [a, b] = labelled.views.map((view) => viewOf(index, view.subarray(i * 4, i * 4 + 4)))
        expect(a).toBeGreaterThanOrEqual(0)
        expect(b).toBeGreaterThanOrEqual(0)
        expect(a).not.toBe(b)
        seen.add(a ?? -1)
        expect(labelled.labels[i]).toBe(index % 3)
      })
      expect(unlabelled?.indices).not.toContain(broken)
    }
    expect(seen.size).toBe(3)
    const state = JSON.parse(JSON.stringify(stream.state())) as BatchSourceState
    const rest = [await stream.next(), await stream.next()]
    const resumed = new FeatureStream({ ...plans, resume: state })
    expect([await resumed.next(), await resumed.next()]).toEqual(rest)
  })

  it('need enough views and at least one image', async () => {
    const store = await open()
    const plan = (indices: number[], views: number) => ({
      labelled: { indices, batch: 2, stores: Array(views).fill(store) },
      unlabelled: null,
      seed: 0,
    })
    expect(() => new FeatureStream(plan([1], 4))).toThrow('cached views: expected at least 4 of each image, found 3')
    expect(() => new FeatureStream(plan([broken], 2))).toThrow(
      'labelled images: expected at least one that can be decoded, found none among 1',
    )
  })

  it('come in order for evaluation', async () => {
    const store = await open()
    const indices: number[] = []
    for await (const batch of store.ordered([5, 1, broken, 8], 2)) indices.push(...batch.indices)
    expect(indices).toEqual([5, 1, 8])
  })
})
