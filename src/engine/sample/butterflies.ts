// Draws butterflies that look photographed, and the sample data set made of them. The same seed always gives the same pixels.
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { deriveSeed, Random } from '../../core/tensor/random.ts'
import { makeFolder, writeFileAtomic } from '../../node/files.ts'
import { expose } from './camera.ts'
import type { Camera } from './camera.ts'
import { background, foreground } from './scene.ts'
import type { Species } from './species.ts'

/** Edge of an image, pixels. */
export const sampleSize = 160

/** How sharp is to read the bytes of an image. */
export const rawSample = { width: sampleSize, height: sampleSize, channels: 3 } as const

/** One image: RGB bytes [size, size, 3]. */
export async function drawButterfly(species: Species, camera: Camera, seed: number): Promise<Uint8Array> {
  const random = new Random(seed)
  const size = sampleSize
  // Drawn small and enlarged: out of focus.
  const behind = await sharp(Buffer.from(background(random, size / 4)))
    .blur(random.uniform(0.4, 1.2))
    .resize(size, size)
    .removeAlpha()
    .raw()
    .toBuffer()
  const pixels = await sharp(behind, { raw: rawSample })
    .composite([{ input: Buffer.from(foreground(species, camera, random, size)) }])
    .removeAlpha()
    .raw()
    .toBuffer()
  expose(pixels, random)
  return pixels
}

export interface SampleOptions {
  readonly species: readonly Species[]
  readonly camera: Camera
  /** Images of each species, by split. */
  readonly perSpecies: Readonly<Record<'train' | 'validation' | 'test', number>>
  readonly seed: number
  /** Where an image goes, relative to the folder. Default: `<split>/<species>/001.jpg` and so on. */
  readonly pathOf?: (image: SampleImage) => string
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export interface SampleImage {
  readonly split: string
  readonly species: Species
  /** Among the species' images of the split, from 0. */
  readonly index: number
}

/** All images of a data set, split by split, species by species. */
export function sampleImages({ species, perSpecies }: Pick<SampleOptions, 'species' | 'perSpecies'>): SampleImage[] {
  return Object.entries(perSpecies).flatMap(([split, count]) =>
    species.flatMap((one) => Array.from({ length: count }, (_, index) => ({ split, species: one, index }))),
  )
}

function inClassFolders({ split, species, index }: SampleImage): string {
  return join(split, species.name, `${String(index + 1).padStart(3, '0')}.jpg`)
}

/** Draws a data set. Returns the number of images.
 * @throws AppError naming the file that cannot be written; the signal's reason if it is aborted. */
export async function writeSampleImages(folder: string, options: SampleOptions): Promise<number> {
  const { seed, camera, pathOf = inClassFolders, onProgress, signal } = options
  const images = sampleImages(options)
  for (const path of new Set(images.map((image) => dirname(join(folder, pathOf(image)))))) await makeFolder(path)
  let done = 0
  const draw = async (image: SampleImage): Promise<void> => {
    const { split, species, index } = image
    const pixels = await drawButterfly(species, camera, deriveSeed(seed, split, species.name, index))
    const jpeg = await sharp(pixels, { raw: rawSample }).jpeg({ quality: 88 }).toBuffer()
    await writeFileAtomic(join(folder, pathOf(image)), jpeg)
    onProgress?.(++done, images.length)
  }
  await inTurns(images, draw, signal)
  return images.length
}

/** Runs jobs four at a time: sharp's own threads do the work. */
export async function inTurns<Job>(jobs: readonly Job[], run: (job: Job) => Promise<void>, signal?: AbortSignal): Promise<void> {
  const left = jobs.values()
  const worker = async (): Promise<void> => {
    for (const job of left) {
      signal?.throwIfAborted()
      await run(job)
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}
