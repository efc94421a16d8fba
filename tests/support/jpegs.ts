// Many small JPEGs of distinct content from one run of the encoder: each has a comment with its number.
import { randomBytes } from 'node:crypto'
import sharp from 'sharp'

/** @returns makes the bytes of a number's file; all have the same pixels */
export async function numberedJpegs(size = 96): Promise<(number: number) => Buffer> {
  const noise = randomBytes(size * size * 3).map((value) => 96 + value / 4)
  const jpeg = await sharp(noise, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: 50 })
    .toBuffer()
  const length = 16
  // ITU-T T.81, B.2.4.5: marker FF FE, length with its own two bytes, text.
  const comment = Buffer.from([0xff, 0xfe, 0, length + 2])
  return (number) => Buffer.concat([jpeg.subarray(0, 2), comment, Buffer.from(String(number).padEnd(length)), jpeg.subarray(2)])
}
