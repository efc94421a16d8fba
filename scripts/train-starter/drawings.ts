// Drawings of butterflies that nobody has named, kept as files: what the starter learns small marks from. They are not the species of the sample.
import { rm } from 'node:fs/promises'
import type { ImageSet } from '../../src/core/data/image-set.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { readImageSet } from '../../src/engine/data/folders.ts'
import { writeSampleImages } from '../../src/engine/sample/butterflies.ts'
import { inventSpecies } from '../../src/engine/sample/individuals.ts'
import { readJson, writeJson } from '../../src/node/files.ts'
import type { Drawings } from './recipe.ts'

export interface DrawRequest {
  readonly drawings: Drawings
  readonly seed: number
  readonly onProgress: (done: number, total: number) => void
  readonly signal: AbortSignal
}

/** The drawings in a folder, or new ones where it holds none or others. @throws the signal's reason if it is aborted */
export async function drawSpecies(folder: string, { drawings, seed, onProgress, signal }: DrawRequest): Promise<ImageSet> {
  const { species, individuals, camera } = drawings
  const wanted = JSON.stringify({ species, individuals, camera, seed })
  const finished = `${folder}.json`
  if ((await readJson(finished).catch(() => null)) !== wanted) {
    // Of another recipe there may be more.
    await rm(folder, { recursive: true, force: true })
    const names = Array.from({ length: species }, (_, i) => `other-${i}`)
    await writeSampleImages(folder, {
      species: names.map((name, i) => inventSpecies(name, new Random(deriveSeed(seed, 'species', i)))),
      camera,
      perSpecies: { train: individuals, validation: 0, test: 0 },
      seed,
      onProgress,
      signal,
    })
    await writeJson(finished, wanted)
  }
  return readImageSet(folder)
}
