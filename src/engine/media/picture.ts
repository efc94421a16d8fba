// Small pictures, by sharp.
import sharp, { type Sharp } from 'sharp'
import { decodeSeconds, maxPixels } from '../data/image-limits.ts'

// Two requests at a time: one thread each.
sharp.concurrency(1)
sharp.cache(false)

/** Opens an image with the limits that hold for files from anywhere: pixels, time, and notice of missing data. First frame, upright. */
export function openImage(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels, sequentialRead: true })
    .autoOrient()
    .timeout({ seconds: decodeSeconds })
}

/** Longer side at most `size` pixels; smaller images keep their size. Transparency stays in WebP and is white in JPEG.
 * @throws Error for a damaged file, too many pixels, too slow */
export function makePicture(bytes: Uint8Array, size: number, format: 'webp' | 'jpeg'): Promise<Buffer> {
  const picture = openImage(bytes).resize(size, size, { fit: 'inside', withoutEnlargement: true }).toColourspace('srgb')
  if (format === 'webp') return picture.webp({ quality: 80, effort: 2 }).toBuffer()
  return picture.flatten({ background: '#ffffff' }).jpeg({ quality: 85 }).toBuffer()
}
