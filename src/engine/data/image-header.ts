// What a file is, from its first bytes: known before any decoder sees it, so that errors can say what was found.

/** The formats that are decoded. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif'

export type Sniffed = { readonly format: ImageFormat } | { readonly format: null; readonly found: string }

/** What begins a kind of file: texts at positions, bytes as Latin-1. */
type Signature = readonly (readonly [position: number, text: string])[]

const formats: readonly (readonly [ImageFormat, Signature])[] = [
  ['jpeg', [[0, '\xff\xd8\xff']]],
  ['png', [[0, '\x89PNG\r\n\x1a\n']]],
  ['gif', [[0, 'GIF8']]],
  ['webp', [[0, 'RIFF'], [8, 'WEBP']]], // prettier-ignore
  ['tiff', [[0, 'II*\0']]],
  ['tiff', [[0, 'MM\0*']]],
  ['tiff', [[0, 'II+\0']]],
  ['tiff', [[0, 'MM\0+']]],
  ['avif', [[4, 'ftypavif']]],
  ['avif', [[4, 'ftypavis']]],
]

const others: readonly (readonly [string, Signature])[] = [
  ['a HEIC image', [[4, 'ftyphei']]],
  ['a HEIC image', [[4, 'ftyphev']]],
  ['a HEIC image', [[4, 'ftypmif1']]],
  ['a BMP image', [[0, 'BM'], [6, '\0\0\0\0']]], // prettier-ignore
  ['a JPEG XL image', [[0, '\xff\x0a']]],
  ['a JPEG XL image', [[4, 'JXL ']]],
  ['a JPEG 2000 image', [[4, 'jP  ']]],
  ['a PDF document', [[0, '%PDF-']]],
  ['a video', [[4, 'ftyp']]],
  ['a video', [[0, '\x1aE\xdf\xa3']]],
  ['a ZIP archive', [[0, 'PK\x03\x04']]],
]

/** Recognises a file by its content, whatever its name says. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return { format: null, found: 'an empty file (0 bytes)' }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).toString('latin1')
  const matches = ([, signature]: readonly [string, Signature]): boolean => signature.every(([at, text]) => head.startsWith(text, at))
  const format = formats.find(matches)
  return format ? { format: format[0] } : { format: null, found: others.find(matches)?.[0] ?? textKind(head) ?? unknown(head) }
}

/** Text is what has no control characters but tabs and line ends. */
function textKind(head: string): string | null {
  const isText = Array.from(head, (character) => character.charCodeAt(0)).every((code) => code >= 32 || [9, 10, 13].includes(code))
  if (!isText) return null
  if (/<svg/i.test(head)) return 'an SVG drawing'
  return /<(!doctype html|html|head)/i.test(head) ? 'a web page' : 'text'
}

function unknown(head: string): string {
  return `unknown data (it begins with ${Buffer.from(head.slice(0, 4), 'latin1').toString('hex')})`
}

export interface JpegHeader {
  readonly width: number
  readonly height: number
  /** EXIF's: how the picture has to be turned, 1 = not at all; 5 to 8 swap width and height. */
  readonly orientation: number
  /** Plain: 8 bits, grey or YCbCr, upright, no colour profile. */
  readonly isPlain: boolean
}

/** Size and kind of a JPEG file from its markers (ITU-T T.81 annex B, Exif 2.3), or null if there is no frame header. */
export function jpegHeader(bytes: Uint8Array): JpegHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let isPlain = true
  let orientation: number | null = null
  for (let at = 2; at + 10 < bytes.length;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at++
      continue
    }
    const length = view.getUint16(at + 2)
    const body = bytes.subarray(at + 4, at + 2 + length)
    if (marker === 0xe1 && startsWith(body, 'Exif\0\0')) orientation ??= exifOrientation(body.subarray(6))
    // ICC_PROFILE and MPF are both APP2; APP14 (Adobe) may say that the channels are RGB.
    else if (marker === 0xe2 && startsWith(body, 'ICC_PROFILE\0')) isPlain = false
    else if (marker === 0xee && startsWith(body, 'Adobe')) isPlain &&= body[11] === 1
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const components = view.getUint8(at + 9)
      isPlain &&= (orientation ?? 1) === 1 && marker <= 0xc2 && view.getUint8(at + 4) === 8 && (components === 1 || components === 3)
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), orientation: orientation ?? 1, isPlain }
    }
    at += 2 + length
  }
  return null
}

/** Of an Exif block (TIFF): tag 0x0112 of the first directory; 1 where it is missing, 0 where the block cannot be read. */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (tiff.length < 10) return 0
  const little = tiff[0] === 0x49
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return 0
  const entries = view.getUint16(directory, little)
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12)
    if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little)
  return 1
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, text.length)).toString('latin1') === text
}
