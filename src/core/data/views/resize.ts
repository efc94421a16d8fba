// Resizing with antialiasing, computed as Pillow computes it (src/libImaging/Resample.c): two passes, 22-bit fixed-point weights.
import { compile, instantiate, type Memory } from '../../web-assembly.ts'
import type { Image } from './image.ts'
import type { Filter } from './recipe.ts'
import { resampleModule } from './resample-wasm.ts'

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

/** Of each output position in turn `stride` words: its first input position, the number of its inputs, their weights. */
interface Taps {
  readonly stride: number
  readonly records: Int32Array
}

const precision = 22

const kernels: Readonly<Record<Filter, { readonly support: number; readonly weight: (x: number) => number }>> = {
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

/** @param reverse from the last position to the first */
function tapsOf(inSize: number, outSize: number, filter: Filter, reverse = false): Taps {
  const { support: radius, weight } = kernels[filter]
  const scale = inSize / outSize
  const filterScale = Math.max(1, scale)
  const support = radius * filterScale
  const most = Math.ceil(support) * 2 + 1
  const stride = 2 + most
  const records = new Int32Array(outSize * stride)
  const exact = new Float64Array(most)
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
    const record = (reverse ? outSize - 1 - out : out) * stride
    records[record] = from
    records[record + 1] = taps
    for (let i = 0; i < taps; i++) {
      const w = (exact[i]! / sum) * (1 << precision)
      records[record + 2 + i] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5)
    }
  }
  return { stride, records }
}

/** What they do is said in resample.as.ts. */
interface Passes {
  readonly memory: Memory
  readonly horizontal: (
    ...words: [source: number, pitch: number, rows: number, out: number, outPitch: number, width: number, records: number, stride: number]
  ) => void
  readonly vertical: (
    ...words: [source: number, pitch: number, out: number, outPitch: number, height: number, records: number, stride: number]
  ) => void
}

const { memory, horizontal, vertical } = instantiate(
  compile(Uint8Array.from(atob(resampleModule), (character) => character.charCodeAt(0))),
) as Passes

/** Input is handed over in strips of about this many bytes: they stay in the processor's cache, and large images need little memory. */
const stripBytes = 2 ** 18

/** Resizes a part of an image to `width` x `height` pixels, mirrored left to right if asked for (the same bytes as mirroring afterwards). */
export function resize(image: Image, box: Box, width: number, height: number, filter: Filter, mirror = false): Image {
  const across = tapsOf(box.width, width, filter, mirror)
  const down = tapsOf(box.height, height, filter)
  const pitch = image.width * 3
  const rowsPitch = aligned(width * 3 + 1)
  const strip = Math.min(box.height, Math.max(4, Math.floor(stripBytes / pitch)))

  const downAt = across.records.byteLength
  const stripAt = aligned(downAt + down.records.byteLength)
  const rowsAt = aligned(stripAt + strip * pitch + 1)
  const outAt = rowsAt + box.height * rowsPitch
  const outBytes = width * height * 3
  const bytes = memoryOf(outAt + outBytes + 15)

  bytes.set(bytesOf(across.records))
  bytes.set(bytesOf(down.records), downAt)
  for (let y = 0; y < box.height; y += strip) {
    const rows = Math.min(strip, box.height - y)
    const first = (box.top + y) * pitch + box.left * 3
    bytes.set(image.data.subarray(first, first + (rows - 1) * pitch + box.width * 3), stripAt)
    horizontal(stripAt, pitch, rows, rowsAt + y * rowsPitch, rowsPitch, width, 0, across.stride * 4)
  }
  vertical(rowsAt, rowsPitch, outAt, width * 3, height, downAt, down.stride * 4)
  return { width, height, data: bytes.slice(outAt, outAt + outBytes) }
}

/** The memory of the passes, of `size` bytes at least. */
function memoryOf(size: number): Uint8Array {
  const missing = size - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / 65536))
  return new Uint8Array(memory.buffer)
}

function aligned(size: number): number {
  return Math.ceil(size / 16) * 16
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
