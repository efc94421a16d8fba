// From bytes to what a backbone expects: float32, channels first.
import type { Image } from './image.ts'
import type { Normalization } from './recipe.ts'

/** Mean and deviation of each channel of x/255, from which every mode follows: (x/255 - mean) / deviation. */
export const normalizations: Readonly<Record<Normalization, { readonly mean: readonly number[]; readonly deviation: readonly number[] }>> =
  {
    imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    symmetric: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
    unit: { mean: [0, 0, 0], deviation: [1, 1, 1] },
  }

const tables: Readonly<Record<Normalization, Float32Array>> = {
  imagenet: tableOf('imagenet'),
  symmetric: tableOf('symmetric'),
  unit: tableOf('unit'),
}

function tableOf(mode: Normalization): Float32Array {
  const { mean, deviation } = normalizations[mode]
  return Float32Array.from({ length: 768 }, (_, i) => ((i & 255) / 255 - (mean[i >> 8] ?? 0)) / (deviation[i >> 8] ?? 1))
}

/** Writes an image as [3, height, width] into `out` from `offset` on. */
export function normalise({ data }: Image, mode: Normalization, out: Float32Array, offset = 0): void {
  const table = tables[mode]
  const pixels = data.length / 3
  const green = offset + pixels
  const blue = green + pixels
  for (let i = 0, from = 0; i < pixels; i++, from += 3) {
    out[offset + i] = table[data[from]!]!
    out[green + i] = table[256 + data[from + 1]!]!
    out[blue + i] = table[512 + data[from + 2]!]!
  }
}
