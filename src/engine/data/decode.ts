// Decodes an image file to upright 8-bit RGB, and says in one line why a file cannot be decoded.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import type { Image } from '../../core/data/views/image.ts'
import { jpegHeader, sniff } from './image-header.ts'
import * as limits from './image-limits.ts'
import { decodeJpeg } from './jpeg.ts'

export interface DecodeOptions {
  /** Larger images are reduced to this short side (pixels) while decoding, if they are more than half as large again. Default: never. */
  readonly shortSide?: number
  /** Default: see image-limits.ts. */
  readonly maxPixels?: number
  /** Default: see image-limits.ts. */
  readonly timeoutSeconds?: number
}

/** A second interpolation costs sharpness, so it has to save something. */
const worthReducing = 1.5
/** Most pixels that the small decoder takes on; from there on sharp is faster. */
const smallPixels = 250_000

// One image a thread: the loader has several threads. Caching is the loader's business too.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Decodes the first frame, turned upright (EXIF orientation), colours converted to sRGB. Grey becomes RGB, CMYK goes through its profile,
 * 16 bits are scaled to 8, and transparency is dropped, not composited: the hidden colours show, as with Pillow's convert('RGB').
 * @throws DataError that names the file, what was expected and what was found: missing, empty, not an image, truncated or damaged,
 *   too many pixels, too slow.
 */
export async function decodeFile(path: string, options: DecodeOptions = {}): Promise<Image> {
  return decodeBytes(readImage(path), path, options)
}

/** Reads synchronously: a worker has nothing else to do, and the four asynchronous calls instead would take as long as a small decode. */
function readImage(path: string): Uint8Array {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const found = fstatSync(file)
    if (!found.isFile()) throw new DataError('bad-data', path, 'expected an image, found a folder')
    const problem = limits.tooLarge(found.size)
    if (problem !== null) throw new DataError('bad-data', path, problem)
    return readFileSync(file)
  } catch (error) {
    if (error instanceof DataError) throw error
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw missing
      ? new DataError('not-found', path, 'expected an image, found nothing there', { cause: error })
      : new DataError('no-access', path, `cannot be read (${messageOf(error)})`, { cause: error })
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** The same for a file in memory; `name` stands for it in errors. */
export async function decodeBytes(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Image> {
  const sniffed = sniff(bytes)
  if (sniffed.format === null)
    throw new DataError('bad-data', name, `expected an image (JPEG, PNG, WebP, TIFF, GIF, AVIF), found ${sniffed.found}`)
  return (sniffed.format === 'jpeg' && decodePlainJpeg(bytes, options)) || decodeWithSharp(bytes, name, options)
}

/**
 * Small plain JPEGs, the bulk of many data sets: libjpeg-turbo as WebAssembly takes 0.35 ms for 168x168 pixels where a sharp pipeline
 * takes 1.2 ms, and gives the same bytes. Null for everything else, damaged files included: sharp knows the reason.
 */
function decodePlainJpeg(bytes: Uint8Array, { shortSide }: DecodeOptions): Image | null {
  const header = jpegHeader(bytes)
  if (!header?.isPlain || header.width * header.height > smallPixels || reduces(header, shortSide)) return null
  try {
    const { width, height } = header
    return { width, height, data: decodeJpeg(bytes, width, height) }
  } catch {
    return null
  }
}

async function decodeWithSharp(bytes: Uint8Array, name: string, options: DecodeOptions): Promise<Image> {
  const { shortSide, maxPixels = limits.maxPixels, timeoutSeconds = limits.decodeSeconds } = options
  // Strict enough to notice missing data, lenient about the harmless oddities that cameras write.
  const open = (): Sharp => sharp(bytes, { failOn: 'truncated', limitInputPixels: false, sequentialRead: true })
  try {
    const { width, height } = await open().metadata()
    if (width * height > maxPixels)
      throw new DataError(
        'bad-data',
        name,
        `expected at most ${pixels(maxPixels)} pixels, found ${width}x${height} (${pixels(width * height)})`,
      )
    let pipeline = open().autoOrient()
    if (shortSide !== undefined && reduces({ width, height }, shortSide))
      pipeline = pipeline.resize(shortSide, shortSide, { fit: 'outside' })
    const { data, info } = await pipeline
      .removeAlpha()
      .toColourspace('srgb')
      .timeout({ seconds: timeoutSeconds })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion to RGB`)
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
  } catch (error) {
    if (error instanceof DataError) throw error
    const message = messageOf(error).replace(/\s+/g, ' ').trim()
    if (/timeout/i.test(message))
      throw new DataError('bad-data', name, `expected to be decoded within ${timeoutSeconds} s, gave up`, { cause: error })
    throw new DataError('bad-data', name, `expected a whole image, found a truncated or damaged one (${message}; ${bytes.length} bytes)`, {
      cause: error,
    })
  }
}

/** Whether an image is large enough that reducing it to the short side pays. */
export function reduces({ width, height }: { readonly width: number; readonly height: number }, shortSide: number | undefined): boolean {
  return shortSide !== undefined && Math.min(width, height) > shortSide * worthReducing
}

function pixels(count: number): string {
  return count >= 1e6 ? `${Math.round(count / 1e6)} million` : String(count)
}
