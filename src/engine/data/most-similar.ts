// The images most like one, found by going through the files of cached features: never more of them in memory than one file holds.
import { sizeOf } from '../../core/tensor/tensor.ts'
import { visitFeatures } from './feature-cache.ts'
import type { FeatureKey } from './feature-cache.ts'

export interface Similar {
  readonly id: number
  /** Cosine of the features, the mean of all that were looked through taken off: without that all images are alike. */
  readonly similarity: number
}

/** @param image content hash of the one
 *  @param ids of the images that are looked through, by content hash; those without features are left out
 *  @returns the nearest, most like first (ties by id), and how many were compared; null where there are no features of the image itself */
export async function mostSimilar(
  folder: string,
  key: FeatureKey,
  image: string,
  ids: ReadonlyMap<string, readonly number[]>,
  count: number,
  pause: () => Promise<void>,
): Promise<{ images: Similar[]; compared: number } | null> {
  const width = sizeOf(key.shape)
  const row = new Float32Array(width)
  const sum = new Float64Array(width)
  const own: Float64Array[] = []
  let known = 0
  await visitFeatures(
    folder,
    key,
    (hash) => ids.has(hash) || hash === image,
    (hash, read) => {
      read(row)
      if (hash === image) own.push(Float64Array.from(row))
      if (!ids.has(hash)) return
      known++
      for (let j = 0; j < width; j++) sum[j]! += row[j]!
    },
    pause,
  )
  const [features] = own
  if (!features) return null
  const mean = sum.map((value) => value / Math.max(1, known))
  const query = unit(features.map((value, j) => value - mean[j]!))
  const offset = dot(query, mean)
  const best: Similar[] = []
  let compared = 0
  await visitFeatures(
    folder,
    key,
    (hash) => ids.has(hash),
    (hash, read) => {
      const found = ids.get(hash) ?? []
      read(row)
      let product = 0
      let square = 0
      for (let j = 0; j < width; j++) {
        const value = row[j]!
        const centred = value - mean[j]!
        product += query[j]! * value
        square += centred * centred
      }
      const similarity = Math.max(-1, Math.min(1, (product - offset) / Math.max(Math.sqrt(square), 1e-12)))
      compared += found.length
      for (const id of found) insert(best, { id, similarity }, count)
    },
    pause,
  )
  return { images: best, compared }
}

function insert(best: Similar[], candidate: Similar, count: number): void {
  const last = best.at(-1)
  if (best.length >= count && last && comesBefore(last, candidate)) return
  const at = best.findIndex((other) => comesBefore(candidate, other))
  best.splice(at < 0 ? best.length : at, 0, candidate)
  if (best.length > count) best.pop()
}

function comesBefore(a: Similar, b: Similar): boolean {
  return a.similarity > b.similarity || (a.similarity === b.similarity && a.id < b.id)
}

/** At length 1. */
function unit(vector: Float64Array): Float64Array {
  const scale = 1 / Math.max(Math.sqrt(dot(vector, vector)), 1e-12)
  return vector.map((value) => value * scale)
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0)
}
