// Operations that map each value by a table: Pillow's ImageOps.autocontrast, equalize, posterize and solarize.
import type { Image } from './image.ts'

/** Stretches each channel so that its darkest value becomes 0 and its lightest 255. */
export function autoContrast(image: Image): Image {
  return perChannel(image, (histogram, table) => {
    let low = 0
    let high = 255
    while (low < 255 && histogram[low] === 0) low++
    while (high > 0 && histogram[high] === 0) high--
    if (high <= low) return identity(table)
    const scale = 255 / (high - low)
    const offset = -low * scale
    for (let i = 0; i < 256; i++) table[i] = Math.min(255, Math.max(0, Math.trunc(i * scale + offset)))
  })
}

/** Makes each channel's histogram flat. */
export function equalize(image: Image): Image {
  return perChannel(image, (histogram, table) => {
    let last = 255
    while (last > 0 && histogram[last] === 0) last--
    let total = 0
    for (let i = 0; i < last; i++) total += histogram[i] ?? 0
    const step = Math.floor(total / 255)
    if (step === 0) return identity(table)
    let n = Math.floor(step / 2)
    for (let i = 0; i < 256; i++) {
      table[i] = Math.min(255, Math.floor(n / step))
      n += histogram[i] ?? 0
    }
  })
}

/** Keeps the highest `bits` bits (1 to 8) of each value. */
export function posterize(image: Image, bits: number): Image {
  const mask = ~(2 ** (8 - bits) - 1)
  return mapValues(image, (value) => value & mask)
}

/** Inverts the values from `threshold` on. */
export function solarize(image: Image, threshold: number): Image {
  return mapValues(image, (value) => (value < threshold ? value : 255 - value))
}

/** One table for all channels. `map` gives whole numbers from 0 to 255. */
export function mapValues({ width, height, data }: Image, map: (value: number) => number): Image {
  const table = new Uint8Array(256)
  for (let i = 0; i < 256; i++) table[i] = map(i)
  const out = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) out[i] = table[data[i]!]!
  return { width, height, data: out }
}

/** A table a channel, made from that channel's histogram. */
function perChannel({ width, height, data }: Image, fill: (histogram: Int32Array, table: Uint8Array) => void): Image {
  const histograms = new Int32Array(768)
  for (let i = 0; i < data.length; i += 3) {
    histograms[data[i]!]!++
    histograms[256 + data[i + 1]!]!++
    histograms[512 + data[i + 2]!]!++
  }
  const tables = new Uint8Array(768)
  for (let c = 0; c < 768; c += 256) fill(histograms.subarray(c, c + 256), tables.subarray(c, c + 256))
  const out = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    out[i] = tables[data[i]!]!
    out[i + 1] = tables[256 + data[i + 1]!]!
    out[i + 2] = tables[512 + data[i + 2]!]!
  }
  return { width, height, data: out }
}

function identity(table: Uint8Array): void {
  for (let i = 0; i < 256; i++) table[i] = i
}
