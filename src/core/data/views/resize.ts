// Resizing with antialiasing, computed as Pillow computes it (src/libImaging/Resample.c): two passes, 22-bit fixed-point weights.
import { newImage, type Image } from './image.ts'
import type { Filter } from './recipe.ts'

/** A part of an image, in pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function wholeOf({ width, height }: Image): Box {
  return { left: 0, top: 0, width, height }
}

/** Which source positions make one output position, and with what weights; outputs have up to `stride` weights each. */
interface Taps {
  readonly stride: number
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Int32Array
}

const precision = 22
const half = 1 << (precision - 1)

const kernels: Readonly<Record<Filter, { readonly support: number; weight(x: number): number }>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys' cubic convolution with a = -0.5.
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed)
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
    },
  },
}

function tapsOf(inSize: number, outSize: number, filter: Filter): Taps {
  const { support: radius, weight } = kernels[filter]
  const scale = inSize / outSize
  const filterScale = Math.max(1, scale)
  const support = radius * filterScale
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(outSize)
  const count = new Int32Array(outSize)
  const weights = new Int32Array(outSize * stride)
  const exact = new Float64Array(stride)
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale
    const from = Math.max(0, Math.trunc(center - support + 0.5))
    const taps = Math.min(inSize, Math.trunc(center + support + 0.5)) - from
    let sum = 0
    for (let i = 0; i < taps; i++) {
      const w = weight((i + from - center + 0.5) / filterScale)
      exact[i] = w
      sum += w
    }
    for (let i = 0; i < taps; i++) {
      const w = ((exact[i] ?? 0) / sum) * (1 << precision)
      weights[out * stride + i] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5)
    }
    first[out] = from
    count[out] = taps
  }
  return { stride, first, count, weights }
}

/** Resizes a part of an image to `width` x `height` pixels, mirrored left to right if asked for (the same bytes as mirroring afterwards). */
export function resize(image: Image, box: Box, width: number, height: number, filter: Filter, mirror = false): Image {
  const rows = horizontal(image, box, tapsOf(box.width, width, filter), width, mirror)
  return vertical(rows, tapsOf(box.height, height, filter), height)
}

// The typed-array reads below are in range by construction; `| 0` and Math.imul keep the arithmetic on 32-bit integers.

function horizontal(image: Image, box: Box, { stride, first, count, weights }: Taps, width: number, mirror: boolean): Image {
  const result = newImage(width, box.height)
  const source = image.data
  const out = new Uint8ClampedArray(result.data.buffer)
  for (let y = 0; y < box.height; y++) {
    const row = ((box.top + y) * image.width + box.left) * 3
    let at = (mirror ? (y + 1) * width - 1 : y * width) * 3
    const step = mirror ? -3 : 3
    for (let x = 0, w = 0; x < width; x++, w += stride, at += step) {
      let from = (row + first[x]! * 3) | 0
      const end = w + count[x]!
      let r = half
      let g = half
      let b = half
      for (let k = w; k < end; k++, from += 3) {
        const weight = weights[k]!
        r = (r + Math.imul(source[from]!, weight)) | 0
        g = (g + Math.imul(source[from + 1]!, weight)) | 0
        b = (b + Math.imul(source[from + 2]!, weight)) | 0
      }
      out[at] = r >> precision
      out[at + 1] = g >> precision
      out[at + 2] = b >> precision
    }
  }
  return result
}

function vertical(image: Image, { stride, first, count, weights }: Taps, height: number): Image {
  const result = newImage(image.width, height)
  const source = image.data
  const out = new Uint8ClampedArray(result.data.buffer)
  const pitch = image.width * 3
  for (let y = 0; y < height; y++) {
    const taps = count[y]!
    const k = y * stride
    const at = y * pitch
    const from = first[y]! * pitch
    if (taps === 2) {
      // By far the most frequent case (enlarging), worth its own loop.
      const w0 = weights[k]!
      const w1 = weights[k + 1]!
      for (let i = 0; i < pitch; i++) {
        const s = (half + Math.imul(source[from + i]!, w0) + Math.imul(source[from + pitch + i]!, w1)) | 0
        out[at + i] = s >> precision
      }
      continue
    }
    for (let i = 0; i < pitch; i++) {
      let s = half
      for (let t = 0, p = from + i; t < taps; t++, p += pitch) s = (s + Math.imul(source[p]!, weights[k + t]!)) | 0
      out[at + i] = s >> precision
    }
  }
  return result
}
