// Decoding: every kind of image that people have, and every kind of broken one.
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeBytes, decodeFile } from '../../../src/engine/data/decode.ts'

const red: [number, number, number] = [200, 30, 40]
const blue: [number, number, number] = [20, 40, 210]

/** 40x24, left half red, right half blue. */
const halves = sharp({ create: { width: 20, height: 24, channels: 3, background: rgb(red) } })
  .extend({ right: 20, background: rgb(blue) })
  .png()
  .toBuffer()

function rgb([r, g, b]: [number, number, number]): { r: number; g: number; b: number } {
  return { r, g, b }
}

async function pixel(bytes: Uint8Array, x: number, y: number): Promise<number[]> {
  const { width, data } = await decodeBytes(bytes, 'test')
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
}

async function expectNear(found: Promise<number[]>, expected: readonly number[], tolerance: number): Promise<void> {
  for (const [i, value] of (await found).entries())
    expect(Math.abs(value - (expected[i] ?? -999)), `channel ${i}`).toBeLessThanOrEqual(tolerance)
}

async function reason(bytes: Uint8Array, options = {}): Promise<string> {
  return decodeBytes(bytes, 'photo.jpg', options).then(
    () => 'decoded',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  )
}

describe('images', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s', async (format) => {
    const bytes = await sharp(await halves)
      .toFormat(format, { quality: 95 })
      .toBuffer()
    await expectNear(pixel(bytes, 5, 12), red, 12)
    await expectNear(pixel(bytes, 35, 12), blue, 12)
  })

  it('decodes small JPEGs to the same bytes as sharp', async () => {
    const noise = Uint8Array.from({ length: 67 * 45 * 3 }, (_, i) => (i * i * 31) >> 4)
    for (const chromaSubsampling of ['4:2:0', '4:4:4'] as const)
      for (const progressive of [false, true]) {
        const bytes = await sharp(noise, { raw: { width: 67, height: 45, channels: 3 } })
          .jpeg({ quality: 80, chromaSubsampling, progressive })
          .toBuffer()
        const found = await decodeBytes(bytes, 'test')
        expect([found.width, found.height]).toEqual([67, 45])
        expect(Buffer.from(found.data).equals(await sharp(bytes).raw().toBuffer())).toBe(true)
      }
  })

  it('decodes small JPEGs as before after damaged ones', async () => {
    const jpeg = await sharp(await halves)
      .jpeg()
      .toBuffer()
    const before = await decodeBytes(jpeg, 'test')
    for (const share of [0.5, 0.8, 0.99]) {
      await expect(decodeBytes(jpeg.subarray(0, jpeg.length * share), 'damaged')).rejects.toThrow(/damaged/)
      expect(await decodeBytes(jpeg, 'test')).toEqual(before)
    }
  })

  // Where the red half lies after turning: EXIF 1-8.
  it.each([
    [1, 40, [5, 12]],
    [2, 40, [35, 12]],
    [3, 40, [35, 12]],
    [4, 40, [5, 12]],
    [5, 24, [12, 5]],
    [6, 24, [12, 5]],
    [7, 24, [12, 35]],
    [8, 24, [12, 35]],
  ] as const)('turns EXIF orientation %i upright', async (orientation, width, [x, y]) => {
    // prettier-ignore
    const bytes = await sharp(await halves).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
    expect((await decodeBytes(bytes, 'test')).width).toBe(width)
    await expectNear(pixel(bytes, x, y), red, 12)
  })

  it('makes grey RGB', async () => {
    const bytes = await sharp(await halves)
      .greyscale()
      .jpeg({ quality: 95 })
      .toBuffer()
    const [r, g, b] = await pixel(bytes, 5, 12)
    expect(r).toBe(g)
    expect(g).toBe(b)
  })

  it('drops alpha, keeping the colours below it', async () => {
    const grey = await sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 90, g: 90, b: 90, alpha: 0 } } })
      .png()
      .toBuffer()
    await expectNear(pixel(grey, 1, 1), [90, 90, 90], 0)
    const greyAlpha = await sharp(grey).toColourspace('b-w').png().toBuffer()
    expect((await sharp(greyAlpha).metadata()).channels).toBe(2)
    await expectNear(pixel(greyAlpha, 1, 1), [90, 90, 90], 0)
  })

  it('converts CMYK', async () => {
    const bytes = await sharp(await halves)
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    await expectNear(pixel(bytes, 5, 12), red, 40)
  })

  it('scales 16 bits to 8', async () => {
    for (const space of ['rgb16', 'grey16'] as const) {
      const bytes = await sharp(await halves)
        .toColourspace(space)
        .png()
        .toBuffer()
      expect((await sharp(bytes).metadata()).depth).toBe('ushort')
      const [r] = await pixel(bytes, 5, 12)
      expect(r).toBeGreaterThan(30)
      if (space === 'rgb16') await expectNear(pixel(bytes, 5, 12), red, 1)
    }
  })

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(
      [red, blue].map((color) =>
        sharp({ create: { width: 16, height: 16, channels: 3, background: rgb(color) } })
          .png()
          .toBuffer(),
      ),
    )
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    expect((await sharp(bytes).metadata()).pages).toBe(2)
    expect((await decodeBytes(bytes, 'test')).height).toBe(16)
    await expectNear(pixel(bytes, 8, 8), red, 12)
  })

  it('reduces large images to the short side asked for, never small ones', async () => {
    const large = await sharp({ create: { width: 900, height: 600, channels: 3, background: rgb(red) } })
      .jpeg()
      .toBuffer()
    expect(await decodeBytes(large, 'test', { shortSide: 100 })).toMatchObject({ width: 150, height: 100 })
    expect(await decodeBytes(large, 'test', { shortSide: 500 })).toMatchObject({ width: 900, height: 600 })
  })
})

describe('broken files', () => {
  it('are named with what was found', async () => {
    const jpeg = await sharp({
      create: { width: 300, height: 200, channels: 3, background: rgb(red), noise: { type: 'gaussian', mean: 120, sigma: 40 } },
    })
      .jpeg()
      .toBuffer()
    expect(await reason(new Uint8Array())).toBe(
      'photo.jpg: expected an image (JPEG, PNG, WebP, TIFF, GIF, AVIF), found an empty file (0 bytes)',
    )
    expect(await reason(Buffer.from('file,label\na.jpg,cat\n'))).toMatch(/^photo.jpg: expected an image .*, found text$/)
    expect(await reason(Buffer.from('<!DOCTYPE html><html></html>'))).toMatch(/found a web page$/)
    expect(await reason(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).toMatch(/found an SVG drawing$/)
    expect(await reason(Buffer.from([1, 2, 3, 4, 5, 6]))).toMatch(/found unknown data \(it begins with 01020304\)$/)
    for (const share of [0.02, 0.3, 0.9])
      expect(await reason(jpeg.subarray(0, jpeg.length * share)), `${share} of a JPEG`).toMatch(/truncated or damaged/)
    for (const format of ['png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const bytes = await sharp(jpeg).toFormat(format).toBuffer()
      expect(await reason(bytes.subarray(0, bytes.length / 2)), `half a ${format}`).toMatch(
        /^photo.jpg: expected a whole image, found a truncated or damaged one \(.*bytes\)$/,
      )
    }
  })

  it('have a pixel limit that is checked before any pixel is decoded', async () => {
    const before = process.memoryUsage().rss
    expect(await reason(pngOf(60_000, 60_000))).toBe('photo.jpg: expected at most 268 million pixels, found 60000x60000 (3600 million)')
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
    expect(await reason(pngOf(30, 30), { maxPixels: 800 })).toBe('photo.jpg: expected at most 800 pixels, found 30x30 (900)')
  })

  it('that are missing or folders say so', async () => {
    await expect(decodeFile('/nowhere/a.jpg')).rejects.toThrow('/nowhere/a.jpg: expected an image, found nothing there')
    await expect(decodeFile('.')).rejects.toThrow('expected an image, found a folder')
  })
})

/** A PNG with a good header and little data. */
function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const result = Buffer.alloc(body.length + 8)
    result.writeUInt32BE(data.length, 0)
    body.copy(result, 4)
    result.writeUInt32BE(crc32(body), body.length + 4)
    return result
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
