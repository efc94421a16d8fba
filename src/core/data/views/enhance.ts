// Pillow's ImageEnhance: a blend of the image with a worse version of itself. Factor 0 gives that version, 1 the image, above 1 more of it.
import type { Image } from './image.ts'
import { mapValues } from './point-ops.ts'

/** Blend with black. */
export function brightness(image: Image, factor: number): Image {
  return blendWithLevel(image, 0, factor)
}

/** Blend with the mean grey of the image. */
export function contrast(image: Image, factor: number): Image {
  const { data } = image
  let sum = 0
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!)
  return blendWithLevel(image, Math.trunc(sum / (data.length / 3) + 0.5), factor)
}

/** Blend with the grey image. */
export function color({ width, height, data }: Image, factor: number): Image {
  const shift = blendTable(factor)
  const out = new Uint8ClampedArray(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!
    const g = data[i + 1]!
    const b = data[i + 2]!
    const grey = luma(r, g, b)
    // Truncated before the clamped store, which would round.
    out[i] = Math.fround(grey + shift[255 + r - grey]!) | 0
    out[i + 1] = Math.fround(grey + shift[255 + g - grey]!) | 0
    out[i + 2] = Math.fround(grey + shift[255 + b - grey]!) | 0
  }
  return { width, height, data: new Uint8Array(out.buffer) }
}

/** Blend with the image smoothed by ImageFilter.SMOOTH: 3x3, all ones but 5 in the middle, over 13; border pixels stay as they are. */
export function sharpness({ width, height, data }: Image, factor: number): Image {
  const shift = blendTable(factor)
  const result = data.slice()
  const pitch = width * 3
  const columns = new Uint16Array(pitch)
  for (let y = 1; y < height - 1; y++) {
    const above = data.subarray((y - 1) * pitch, y * pitch)
    const row = data.subarray(y * pitch, (y + 1) * pitch)
    const below = data.subarray((y + 1) * pitch, (y + 2) * pitch)
    const out = result.subarray(y * pitch, (y + 1) * pitch)
    for (let i = 0; i < columns.length; i++) columns[i] = above[i]! + row[i]! + below[i]!
    for (let i = 3; i < row.length - 3; i++) {
      const value = row[i]!
      const sum = columns[i - 3]! + columns[i]! + columns[i + 3]! + 4 * value
      // Rounded division by 13: 20165 / 2^18 is 1/13 closely enough for sums up to 13 * 255.
      const smooth = ((sum + 6) * 20165) >> 18
      const blend = Math.fround(smooth + shift[255 + value - smooth]!) | 0
      out[i] = blend < 0 ? 0 : blend > 255 ? 255 : blend
    }
  }
  return { width, height, data: result }
}

/** ITU-R 601-2 luma as Pillow computes it, 16-bit fixed point. */
function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16
}

function blendWithLevel(image: Image, level: number, factor: number): Image {
  const shift = blendTable(factor)
  return mapValues(image, (value) => Math.min(255, Math.max(0, Math.trunc(Math.fround(level + (shift[255 + value - level] ?? 0))))))
}

/** `factor * difference` for differences from -255 to 255, in float32 as Pillow's blend computes it. */
function blendTable(factor: number): Float32Array {
  const single = Math.fround(factor)
  const table = new Float32Array(511)
  for (let i = 0; i < 511; i++) table[i] = single * (i - 255)
  return table
}
