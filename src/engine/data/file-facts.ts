// What a file is, without decoding it: content hash, format, upright size, or the reason why it cannot be used.
import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { messageOf } from '../../core/data/data-error.ts'
import { fileError } from '../../node/file-error.ts'
import { sniff, type ImageFormat } from './image-header.ts'
import { maxPixels, tooLarge } from './image-limits.ts'
import { isSizedInFront, uprightSize, type Size } from './image-size.ts'

export interface FileFacts {
  readonly bytes: number
  /** Milliseconds since 1970, whole. */
  readonly modifiedAt: number
  /** SHA-256 of the whole content, hex; null where it could not be read to the end. */
  readonly hash: string | null
  /** Null for anything but an image. */
  readonly format: ImageFormat | null
  /** Upright, pixels; 0 where unknown. */
  readonly width: number
  readonly height: number
  /** Why it cannot be used. */
  readonly problem: string | null
}

/** Files up to here are held whole, of larger ones the first part. */
const wholeBytes = 16 * 2 ** 20
const pieceBytes = 2 ** 20

/** Grows to the largest file held whole. One file at a time. */
let buffer = Buffer.allocUnsafe(64 * 1024)

/** @returns null where there is no file (any more) */
export async function fileFacts(path: string): Promise<FileFacts | null> {
  const facts = { bytes: 0, modifiedAt: 0, hash: null, format: null, width: 0, height: 0 }
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const { size, mtimeMs } = fstatSync(file)
    Object.assign(facts, { bytes: size, modifiedAt: Math.floor(mtimeMs) })
    const problem = tooLarge(size)
    if (problem !== null) return { ...facts, problem }
    const { head, digest } = size <= wholeBytes ? readWhole(file, size) : readLarge(file)
    return { ...facts, hash: digest, ...(await describe(path, head, size)) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    const problem = fileError(error, 'read', 'the file')?.message ?? `cannot read the file: ${messageOf(error)}`
    return { ...facts, problem }
  } finally {
    if (file !== null) closeSync(file)
  }
}

interface Content {
  /** Valid until the next file. */
  readonly head: Uint8Array
  readonly digest: string
}

function readWhole(file: number, size: number): Content {
  if (buffer.length < size) buffer = Buffer.allocUnsafe(size)
  let read = 0
  for (let last = -1; last !== 0 && read < size; read += last) last = readSync(file, buffer, read, size - read, read)
  const head = buffer.subarray(0, read)
  return { head, digest: hash('sha256', head, 'hex') }
}

function readLarge(file: number): Content {
  if (buffer.length < 2 * pieceBytes) buffer = Buffer.allocUnsafe(2 * pieceBytes)
  const digest = createHash('sha256')
  let head = 0
  for (let position = 0; ;) {
    // The first piece stays, the others take turns behind it.
    const offset = position === 0 ? 0 : pieceBytes
    const read = readSync(file, buffer, offset, pieceBytes, position)
    if (read === 0) break
    digest.update(buffer.subarray(offset, offset + read))
    if (position === 0) head = read
    position += read
  }
  return { head: buffer.subarray(0, head), digest: digest.digest('hex') }
}

async function describe(path: string, head: Uint8Array, bytes: number): Promise<Pick<FileFacts, 'format' | 'problem'> & Size> {
  const sniffed = sniff(head)
  if (sniffed.format === null)
    return {
      format: null,
      width: 0,
      height: 0,
      problem: `expected an image (JPEG, PNG, WebP, TIFF, GIF, AVIF), found ${sniffed.found}`,
    }
  const { format } = sniffed
  const isWhole = head.length === bytes
  const known = isWhole || isSizedInFront(format) ? uprightSize(format, head) : null
  try {
    const size = known ?? (await sizeByLibrary(isWhole ? head : path))
    const pixels = size.width * size.height
    if (pixels <= maxPixels) return { format, ...size, problem: null }
    const problem = `expected at most ${million(maxPixels)} pixels, found ${size.width}x${size.height} (${million(pixels)} pixels)`
    return { format, ...size, problem }
  } catch (error) {
    const reason = messageOf(error).replace(/\s+/g, ' ').trim()
    return {
      format,
      width: 0,
      height: 0,
      problem: `expected a whole image, found a truncated or damaged one (${reason}; ${bytes} bytes)`,
    }
  }
}

/** TIFF, AVIF and whatever is out of the ordinary. Loaded when the first one comes: most folders have none. */
async function sizeByLibrary(file: Uint8Array | string): Promise<Size> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  const { autoOrient } = await sharp(file, { limitInputPixels: false }).metadata()
  return autoOrient
}

function million(count: number): string {
  return `${Math.round(count / 1e6)} million`
}
