// Upright width and height from a file's first bytes, without any decoder, for the formats that make up most folders.
import { exifOrientation, jpegHeader, type ImageFormat } from './image-header.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** Pixels, after turning as EXIF says; null where the bytes do not tell: a damaged header, a header that lies beyond them, TIFF or AVIF. */
export function uprightSize(format: ImageFormat, bytes: Uint8Array): Size | null {
  const found = readers[format]?.(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) ?? null
  if (found === null || found.width === 0 || found.height === 0) return null
  return found.orientation >= 5 && found.orientation <= 8
    ? { width: found.height, height: found.width }
    : { width: found.width, height: found.height }
}

/** Formats whose size and orientation lie in the first bytes; elsewhere the orientation may come after the pixels. */
export function isSizedInFront(format: ImageFormat): boolean {
  return format === 'jpeg' || format === 'gif'
}

type Reader = (bytes: Uint8Array, view: DataView) => (Size & { readonly orientation: number }) | null

const readers: Readonly<Partial<Record<ImageFormat, Reader>>> = {
  jpeg: (bytes) => jpegHeader(bytes),
  // GIF89a specification, logical screen descriptor.
  gif: (bytes, view) => (bytes.length < 10 ? null : { width: view.getUint16(6, true), height: view.getUint16(8, true), orientation: 1 }),
  png: pngHeader,
  webp: webpHeader,
}

/** PNG specification, third edition: IHDR comes first, eXIf anywhere. */
function pngHeader(bytes: Uint8Array, view: DataView): ReturnType<Reader> {
  if (bytes.length < 33 || view.getUint32(12) !== fourCharacters('IHDR')) return null
  let orientation = 1
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at))
    if (view.getUint32(at + 4) === fourCharacters('eXIf'))
      orientation = exifOrientation(bytes.subarray(at + 8, at + 8 + view.getUint32(at)))
  return { width: view.getUint32(16), height: view.getUint32(20), orientation }
}

/** RFC 9649: the first chunk is VP8 (lossy), VP8L (lossless) or VP8X (extended, perhaps with EXIF at the end). */
function webpHeader(bytes: Uint8Array, view: DataView): ReturnType<Reader> {
  if (bytes.length < 30) return null
  switch (view.getUint32(12)) {
    case fourCharacters('VP8 '):
      if (view.getUint8(23) !== 0x9d || view.getUint8(24) !== 0x01 || view.getUint8(25) !== 0x2a) return null
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, orientation: 1 }
    case fourCharacters('VP8L'): {
      if (view.getUint8(20) !== 0x2f) return null
      const sizes = view.getUint32(21, true)
      return { width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1, orientation: 1 }
    }
    case fourCharacters('VP8X'): {
      const length = (at: number): number => (view.getUint32(at, true) & 0xffffff) + 1
      const size = { width: length(24), height: (view.getUint32(26, true) >>> 8) + 1 }
      for (let at = 12; at + 8 <= bytes.length; at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1))
        if (view.getUint32(at) === fourCharacters('EXIF')) {
          const block = bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4, true))
          // Some writers keep the prefix that JPEG wants.
          const tiff = block[0] === 0x45 ? block.subarray(6) : block
          return { ...size, orientation: exifOrientation(tiff) }
        }
      return { ...size, orientation: 1 }
    }
    default:
      return null
  }
}

/** As a big-endian number. */
function fourCharacters(name: string): number {
  return Buffer.from(name, 'latin1').readUInt32BE()
}
