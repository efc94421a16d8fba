// How large an image file may be, and how long decoding it may take, for everything that reads files from anywhere.
import { maxPictureBytes } from '../../shared/picture-names.ts'

/** 16,384 x 16,384: as raw pixels 0.8 GB. */
export const maxPixels = 2 ** 28
export const decodeSeconds = 30

/** Why a file is too large to be read; null if it is not. */
export function tooLarge(bytes: number): string | null {
  return bytes > maxPictureBytes ? `expected at most 1 GiB, found ${(bytes / 2 ** 30).toFixed(1)} GiB` : null
}
