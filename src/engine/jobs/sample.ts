// Job `sample`: images to try the application with. A few are labelled, the others are there to be labelled by whoever tries it.
import { join } from 'node:path'
import { deriveSeed, Random } from '../../core/tensor/random.ts'
import { makeFolder, writeFileAtomic } from '../../node/files.ts'
import { AppError } from '../../shared/errors.ts'
import type { Job } from '../job.ts'
import { sampleImages, writeSampleImages } from '../sample/butterflies.ts'
import type { SampleImage } from '../sample/butterflies.ts'
import { sampleSet } from '../sample/sample-set.ts'

const seed = 0
/** Training images of each species whose label is given. */
const labelledOfEach = 4

export const sample: Job<'sample'> = async ({ images: folder }, { emit, signal }) => {
  const onProgress = (done: number, total: number): void =>
    emit({ event: 'progress', task: 'drawing butterflies', done, total, unit: 'images' })
  try {
    await makeFolder(folder)
    const images = sampleImages(sampleSet)
    const names = namesOf(images)
    const pathOf = ({ split, species, index }: SampleImage): string => names.get(keyOf(split, species.name, index)) ?? ''
    await writeSampleImages(folder, { ...sampleSet, seed, pathOf, onProgress, signal })
    const given = images.filter(({ split, index }) => split !== 'train' || index < labelledOfEach)
    const rows = given.map((image) => `${pathOf(image)},${image.species.name},${image.split}\n`).sort()
    await writeFileAtomic(join(folder, 'labels.csv'), ['file,label,split\n', ...rows].join(''))
    return { images: images.length, labelled: given.length }
  } catch (error) {
    if (signal.aborted) throw new AppError('stopped', 'stopped while the sample was drawn', { cause: error })
    throw error
  }
}

/** Numbers in an order that tells nothing of the species. */
function namesOf(images: readonly SampleImage[]): Map<string, string> {
  const shuffled = new Random(deriveSeed(seed, 'names')).shuffled(images)
  return new Map(
    shuffled.map(({ split, species, index }, i) => [keyOf(split, species.name, index), `butterfly-${String(i + 1).padStart(3, '0')}.jpg`]),
  )
}

function keyOf(split: string, species: string, index: number): string {
  return `${split}/${species}/${index}`
}
