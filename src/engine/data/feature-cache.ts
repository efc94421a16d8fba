// Computes the features of several seeded views of each image once, and keeps them on disk.
import { createHash, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../core/data/data-error.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'
import { sizeOf, type Shape } from '../../core/tensor/tensor.ts'
import { featureFiles, trimFeatures, useFeatures } from '../../node/feature-folder.ts'
import { makeFolder } from '../../node/files.ts'
import { hashImages } from './content-hash.ts'
import { imagesOf, memoryShard, openShard, rowsOf, writeShard, type FeatureShard, type FeatureType } from './feature-shard.ts'
import { FeatureStore, type Location } from './feature-store.ts'
import type { ImageLoader } from './loader.ts'

/** Everything that the features of an image depend on, beside its content. */
export interface FeatureKey {
  /** Hash of the backbone's file. */
  readonly backbone: string
  /** `kind` of the engine that computes them: devices differ by rounding at least, and a run never takes the numbers of another one's.
   * Threads are left out: they change no bit of a forward pass. */
  readonly engine: string
  /** Name of the place where the backbone is cut. */
  readonly cut: string
  readonly recipe: ViewRecipe
  /** That images were decoded to. */
  readonly shortSide: number
  /** Whether small and large images were brought to that side exactly, as evaluation does; else larger ones roughly. */
  readonly exact: boolean
  readonly seed: number
  /** Views of each image. */
  readonly views: number
  /** Of the features of one view. */
  readonly shape: Shape
  /** How they are kept; half the space and 3 digits, or all of them. */
  readonly dtype: FeatureType
}

export interface CacheOptions {
  /** Folder of all caches; each key has a folder of its own below. */
  readonly folder: string
  readonly key: FeatureKey
  readonly loader: ImageLoader
  /** Images whose features are wanted. */
  readonly indices: readonly number[]
  /** Content hashes of the images, where they are known; else files are read for them. */
  readonly hashes?: ReadonlyMap<number, string | null>
  /** Features of n views [n, 3, size, size], n at most `batch`: returns [n, ...shape]. */
  readonly compute: (views: Float32Array, n: number) => Promise<Float32Array>
  readonly batch: number
  /** Called after each batch, with images done and images in all. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
  /** Features kept in memory at most; the rest is read from the disk. Default 2 GiB. */
  readonly memoryBytes?: number
}

/** Features a file: what an interruption can cost, and the least that a file is worth. */
const shardBytes = 16 * 2 ** 20

/**
 * Opens the cache of a key and computes what is missing in it. Files of it that are damaged or foreign are deleted and computed again.
 * An interruption (signal, crash) loses the last few batches at most. Broken images are left out; the loader reports them.
 * @throws the signal's reason if it is aborted; AppError if the disk is full or read-only; DataError if features overflow float16.
 */
export async function cacheFeatures(options: CacheOptions): Promise<FeatureStore> {
  const { key, loader, indices, signal, onProgress, memoryBytes = 2 * 2 ** 30 } = options
  const name = keyName(key)
  const folder = join(options.folder, name)
  await makeFolder(folder)
  const rowSize = rowSizeOf(key)
  const hashes = options.hashes ?? (await hashImages(loader.set, indices, signal))
  const wantedHashes = new Set(hashes.values())
  const shards = await openShards(folder, key, (image) => wantedHashes.has(image), memoryBytes)
  const known = new Map<string, Location>()
  const add = (shard: FeatureShard): void => shard.images.forEach((image, row) => known.set(image, { shard, row }))
  shards.forEach(add)

  try {
    // A file that cannot be read has no hash; the loader is asked for it all the same, and says why.
    const wanted = new Map(indices.map((index) => [hashes.get(index) ?? `unreadable ${index}`, index]))
    const missing = [...wanted].filter(([hash]) => !known.has(hash)).map(([, index]) => index)
    let done = wanted.size - missing.length
    onProgress?.(done, wanted.size)
    const writer = new ShardWriter(folder, name, rowSize, key.dtype)
    const used = (): number => shards.reduce((sum, { bytes }) => sum + bytes, 0)
    const flush = async (): Promise<void> => {
      const shard = await writer.flush(used() + writer.bytes <= memoryBytes)
      if (!shard) return
      shards.push(shard)
      add(shard)
    }
    const images = Math.max(1, Math.floor(options.batch / key.views))
    const keyOf = (index: number): string => hashes.get(index) ?? ''
    for await (const batch of loader.views(missing, key.recipe, { count: key.views, seed: key.seed, images, keyOf })) {
      const features = await computeInParts(options, batch.views, batch.indices.length * key.views)
      batch.indices.forEach((index, i) => {
        const hash = keyOf(index)
        // One that could not be read a moment ago: nothing says whose features these are.
        if (hash !== '') writer.add(hash, features.subarray(i * rowSize, (i + 1) * rowSize))
      })
      done += batch.indices.length
      onProgress?.(done, wanted.size)
      if (writer.bytes >= shardBytes || signal?.aborted) await flush()
      signal?.throwIfAborted()
    }
    await flush()
    await trimFeatures(options.folder)
  } catch (error) {
    for (const shard of shards) shard.close()
    throw error
  }
  const locations = new Map<number, Location>()
  for (const index of indices) {
    const location = known.get(hashes.get(index) ?? '')
    if (location) locations.set(index, location)
  }
  return new FeatureStore(loader.set, key, locations, shards)
}

/** Content hashes of the images whose features are there already. */
export function cachedImages(folder: string, key: FeatureKey): ReadonlySet<string> {
  const name = keyName(key)
  return new Set(featureFiles(join(folder, name)).flatMap((path) => imagesOf(path, name) ?? []))
}

/** Hands out the features of one wanted image after another, each once, a file in memory at a time. Files that are damaged are left out.
 * @param visit gets an image's content hash; `read` copies the features of its first view, `out` at least that long */
export async function visitFeatures(
  folder: string,
  key: FeatureKey,
  isWanted: (image: string) => boolean,
  visit: (image: string, read: (out: Float32Array) => void) => void,
  pause: () => Promise<void>,
): Promise<void> {
  const name = keyName(key)
  const size = sizeOf(key.shape)
  const seen = new Set<string>()
  for (const path of featureFiles(join(folder, name))) {
    if (!imagesOf(path, name)?.some(isWanted)) continue
    const shard = openShard(path, name, rowSizeOf(key), key.dtype, true)
    for (const [row, image] of shard?.images.entries() ?? []) {
      if (seen.has(image) || !isWanted(image)) continue
      seen.add(image)
      visit(image, (out) => shard?.read(row, 0, size, out, 0))
    }
    shard?.close()
    await pause()
  }
}

/** Of all views of an image. */
function rowSizeOf({ views, shape }: FeatureKey): number {
  return views * sizeOf(shape)
}

/** Name of a key's folder: a hash of all of it. */
function keyName(key: FeatureKey): string {
  const { backbone, engine, cut, recipe, shortSide, exact, seed, views, shape, dtype } = key
  const text = JSON.stringify(['views 3', backbone, engine, cut, sorted(recipe), shortSide, exact, seed, views, shape, dtype])
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

/** The same whatever the order in which an object's fields were written. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, inner]): unknown => [field, sorted(inner)])
}

/** The files that hold a wanted image; others, of other projects, are not read. Those that are damaged are deleted. */
async function openShards(
  folder: string,
  key: FeatureKey,
  isWanted: (image: string) => boolean,
  memoryBytes: number,
): Promise<FeatureShard[]> {
  const name = keyName(key)
  const shards: FeatureShard[] = []
  let used = 0
  for (const path of featureFiles(folder)) {
    const images = imagesOf(path, name)
    if (images && !images.some(isWanted)) continue
    const shard = images && openShard(path, name, rowSizeOf(key), key.dtype, used < memoryBytes)
    if (shard) {
      shards.push(shard)
      used += shard.bytes
      await useFeatures(path)
    } else await rm(path, { force: true })
  }
  return shards
}

async function computeInParts({ compute, batch, key }: CacheOptions, views: Float32Array, count: number): Promise<Float32Array> {
  const viewSize = views.length / count
  const size = sizeOf(key.shape)
  const features = new Float32Array(count * size)
  for (let from = 0; from < count; from += batch) {
    const n = Math.min(batch, count - from)
    const part = await compute(views.subarray(from * viewSize, (from + n) * viewSize), n)
    if (part.length !== n * size) throw new Error(`expected ${n} x ${size} features, found ${part.length}`)
    features.set(part, from * size)
  }
  return features
}

/** Collects rows until there are enough for a file. */
class ShardWriter {
  readonly #folder: string
  readonly #name: string
  readonly #rowSize: number
  readonly #dtype: FeatureType
  #images: string[] = []
  #rows: Float32Array[] = []

  constructor(folder: string, name: string, rowSize: number, dtype: FeatureType) {
    this.#folder = folder
    this.#name = name
    this.#rowSize = rowSize
    this.#dtype = dtype
  }

  get bytes(): number {
    return this.#rows.length * this.#rowSize * (this.#dtype === 'float32' ? 4 : 2)
  }

  add(image: string, row: Float32Array): void {
    this.#images.push(image)
    this.#rows.push(row)
  }

  /** Writes the rows and opens the file, in memory or on the disk; null if there are none. */
  async flush(keep: boolean): Promise<FeatureShard | null> {
    if (this.#rows.length === 0) return null
    const rows = rowsOf(this.#dtype, new ArrayBuffer(this.bytes))
    this.#rows.forEach((row, i) => rows.set(row, i * this.#rowSize))
    if (!rows.every((value) => Number.isFinite(value)))
      throw new DataError('bad-data', 'features', `expected finite numbers that fit ${this.#dtype}, found others`)
    const path = join(this.#folder, `${randomUUID()}.features`)
    const images = this.#images
    await writeShard(path, { key: this.#name, dtype: this.#dtype, rowSize: this.#rowSize, images }, rows)
    this.#images = []
    this.#rows = []
    return keep ? memoryShard(images, rows, this.#rowSize) : openShard(path, this.#name, this.#rowSize, this.#dtype, false)
  }
}
