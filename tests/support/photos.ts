// Small generated photos in class folders: each class has its own colours and stripes, each image its own noise, place and light.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'

export interface PhotoSet {
  /** Class names. */
  classes: readonly string[]
  /** Images per class; with several keys these are splits: folder/split/class/. */
  images: number | Readonly<Record<string, number>>
  /** Edge, pixels. */
  size?: number
  seed?: number
}

/** @returns the number of files written. */
export async function writePhotos(folder: string, { classes, images, size = 48, seed = 0 }: PhotoSet): Promise<number> {
  const splits = typeof images === 'number' ? [['', images] as const] : Object.entries(images)
  let written = 0
  for (const [split, count] of splits)
    for (const [index, name] of classes.entries()) {
      const place = join(folder, split, name)
      await mkdir(place, { recursive: true })
      for (let i = 0; i < count; i++, written++)
        await sharp(draw(index, size, new Random(deriveSeed(seed, split, name, i))), { raw: { width: size, height: size, channels: 3 } })
          .jpeg({ quality: 90 })
          .toFile(join(place, `${String(i).padStart(3, '0')}.jpg`))
    }
  return written
}

/** RGB bytes: stripes in the class's direction, width and hue. */
function draw(index: number, size: number, random: Random): Uint8Array {
  const pixels = new Uint8Array(size * size * 3)
  const angle = index * 0.9 + random.uniform(-0.15, 0.15)
  const width = 3 + (index % 3) * 2
  const phase = random.uniform(0, 2 * Math.PI)
  const light = random.uniform(0.7, 1)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const stripe = 0.5 + 0.5 * Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) / width + phase)
      for (let c = 0; c < 3; c++) {
        const hue = 0.5 + 0.5 * Math.cos(2 * Math.PI * (c / 3 + index * 0.37))
        pixels[(y * size + x) * 3 + c] = 255 * light * (0.3 + 0.7 * stripe) * hue * random.uniform(0.85, 1)
      }
    }
  return pixels
}
