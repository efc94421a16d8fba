// Sizes from headers, against what sharp says of the same files.
import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { sniff } from '../../../src/engine/data/image-header.ts'
import { uprightSize, type Size } from '../../../src/engine/data/image-size.ts'

const orientations = [1, 3, 6, 8]
const kinds: readonly (readonly [string, (image: Sharp) => Sharp])[] = [
  ['jpeg', (image) => image.jpeg()],
  ['progressive jpeg', (image) => image.jpeg({ progressive: true })],
  ['png', (image) => image.png()],
  ['lossy webp', (image) => image.webp()],
  ['lossless webp', (image) => image.webp({ lossless: true })],
]

function size(bytes: Uint8Array): Size | null {
  const { format } = sniff(bytes)
  return format && uprightSize(format, bytes)
}

test.each(kinds)('%s: as sharp says, turned or not, with and without transparency', async (_name, encode) => {
  for (const orientation of orientations)
    for (const channels of [3, 4] as const) {
      const background = { r: 9, g: 80, b: 7, alpha: 0.5 }
      const image = sharp({ create: { width: 37, height: 21, channels, background } })
      const bytes = await encode(image.withMetadata({ orientation })).toBuffer()
      expect(size(bytes)).toEqual((await sharp(bytes).metadata()).autoOrient)
    }
})

test('other formats and plain files without metadata', async () => {
  const image = sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
  expect(size(await image.clone().gif().toBuffer())).toEqual({ width: 30, height: 20 })
  expect(size(await image.clone().webp().toBuffer())).toEqual({ width: 30, height: 20 })
  expect(size(await image.clone().webp({ lossless: true }).toBuffer())).toEqual({ width: 30, height: 20 })
  // Whoever asks has to let libvips tell.
  expect(size(await image.clone().tiff().toBuffer())).toBeNull()
})

test('files cut anywhere or with any byte changed are no trouble', async () => {
  const image = sharp({ create: { width: 37, height: 21, channels: 3, background: 'red' } }).withMetadata({ orientation: 6 })
  for (const [, encode] of kinds) {
    const bytes = await encode(image.clone()).toBuffer()
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length - 1), fc.nat(255), (length, at, value) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = value
        const found = size(damaged.subarray(0, length))
        return found === null || (found.width > 0 && found.height > 0)
      }),
      { numRuns: 300 },
    )
  }
})
