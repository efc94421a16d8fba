// Files of cached features: a header, then rows of one size. Whole and unchanged, or not used.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { writeFileAtomic } from '../../node/files.ts'

export type FeatureType = 'float32' | 'float16'
export type Rows = Float32Array | Float16Array

/** Rows in a file; where memory is short they are read from the disk as needed. */
export interface FeatureShard {
  /** Content hash of each row's image. */
  readonly images: readonly string[]
  readonly bytes: number
  /** Copies elements of row `row`, from element `from` on, to `out` at `offset`. */
  read(row: number, from: number, length: number, out: Float32Array, offset: number): void
  close(): void
}

interface Header {
  readonly key: string
  readonly dtype: FeatureType
  /** Elements of a row. */
  readonly rowSize: number
  readonly images: readonly string[]
  /** CRC-32 of the payload. */
  readonly checksum: number
}

const magic = 'STfeat01'
const alignment = 64

/** File: `magic`, length of the header (uint32), header (JSON), zeros up to a multiple of 64 bytes, rows. Little-endian. */
export async function writeShard(path: string, header: Omit<Header, 'checksum'>, rows: Rows): Promise<void> {
  const payload = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)
  const json = Buffer.from(JSON.stringify({ ...header, checksum: crc32(payload) }))
  const head = Buffer.alloc(Math.ceil((12 + json.length) / alignment) * alignment)
  head.write(magic, 'latin1')
  head.writeUInt32LE(json.length, 8)
  json.copy(head, 12)
  await writeFileAtomic(path, [head, payload])
}

/** Opens a file, checking all of it; null if it is gone, not whole, damaged, or of another key.
 * @param keep whether its rows stay in memory */
export function openShard(path: string, key: string, rowSize: number, dtype: FeatureType, keep: boolean): FeatureShard | null {
  const descriptor = openIfThere(path)
  if (descriptor === null) return null
  let isRead = true
  try {
    const file = readFileSync(descriptor)
    const header = readHeader(file)
    if (header?.key !== key || header.rowSize !== rowSize || header.dtype !== dtype) return null
    const start = Math.ceil((12 + file.readUInt32LE(8)) / alignment) * alignment
    const width = dtype === 'float32' ? 4 : 2
    const { images } = header
    const bytes = images.length * rowSize * width
    if (file.length !== start + bytes || crc32(file.subarray(start)) !== header.checksum) return null
    if (keep)
      return memoryShard(images, rowsOf(dtype, file.buffer.slice(file.byteOffset + start, file.byteOffset + start + bytes)), rowSize)
    isRead = false
    return {
      images,
      bytes: 0,
      read(row, from, length, out, offset) {
        const part = new ArrayBuffer(length * width)
        const read = readSync(descriptor, new Uint8Array(part), 0, part.byteLength, start + (row * rowSize + from) * width)
        if (read !== part.byteLength) throw new Error(`${path}: expected ${part.byteLength} bytes of row ${row}, found ${read}`)
        copy(rowsOf(dtype, part), out, offset)
      },
      close: () => closeSync(descriptor),
    }
  } finally {
    if (isRead) closeSync(descriptor)
  }
}

/** Content hashes of the images in a file, from its header alone; none where it is gone, null if it is damaged or of another key. */
export function imagesOf(path: string, key: string): readonly string[] | null {
  const file = openIfThere(path)
  if (file === null) return []
  try {
    const head = Buffer.alloc(12)
    if (readSync(file, head, 0, 12, 0) < 12 || head.toString('latin1', 0, 8) !== magic) return null
    const whole = Buffer.alloc(Math.min(12 + head.readUInt32LE(8), fstatSync(file).size))
    readSync(file, whole, 0, whole.length, 0)
    const header = readHeader(whole)
    return header?.key === key ? header.images : null
  } finally {
    closeSync(file)
  }
}

/** Stored features may be deleted at any time: null where the file is gone. */
function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Rows that are in memory already. */
export function memoryShard(images: readonly string[], rows: Rows, rowSize: number): FeatureShard {
  return {
    images,
    bytes: rows.byteLength,
    read(row, from, length, out, offset) {
      const start = row * rowSize + from
      copy(rows.subarray(start, start + length), out, offset)
    },
    close: () => undefined,
  }
}

export function rowsOf(dtype: FeatureType, buffer: ArrayBuffer): Rows {
  return dtype === 'float32' ? new Float32Array(buffer) : new Float16Array(buffer)
}

/** Every float16 by its bits: four times as fast as the conversion that is built in. */
const halfValues = Float32Array.from(new Float16Array(Uint16Array.from({ length: 65536 }, (_, bits) => bits).buffer))

function copy(rows: Rows, out: Float32Array, offset: number): void {
  if (rows instanceof Float32Array) return out.set(rows, offset)
  const bits = new Uint16Array(rows.buffer, rows.byteOffset, rows.length)
  const target = out.subarray(offset, offset + rows.length)
  for (let i = 0; i < target.length; i++) target[i] = halfValues[bits[i]!]!
}

function readHeader(file: Buffer): Header | null {
  if (file.length < 12 || file.toString('latin1', 0, 8) !== magic) return null
  try {
    const header = JSON.parse(file.toString('utf8', 12, 12 + file.readUInt32LE(8))) as Header | null
    return Array.isArray(header?.images) ? header : null
  } catch {
    return null
  }
}
