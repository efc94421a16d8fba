// The photos that the starter backbone is trained on: training splits only, without the classes that are held out.
import { join } from 'node:path'
import type { ImageEntry, ImageSet } from '../../src/core/data/image-set.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { readImageSet } from '../../src/engine/data/folders.ts'
import type { Recipe, Source } from './recipe.ts'

export interface Photos {
  /** Of all sources; paths relative to the folder of the data, classes `<source>/<class>`. */
  readonly set: ImageSet
  /** Numbers of images in the set. */
  readonly training: readonly number[]
  readonly validation: readonly number[]
}

/** @param data folder that holds the sources @throws DataError for a source that is missing or holds no images */
export async function readPhotos(data: string, recipe: Recipe): Promise<Photos> {
  const set = await readSources(data, recipe.sources)
  const left = new Set(recipe.sources.flatMap(({ name }) => heldOut(name, namesOf(set, name), recipe).map((other) => `${name}/${other}`)))
  const usable = [...set.images.keys()].filter((index) => {
    const { split, class: label } = set.images[index]!
    return split === 'train' && label !== null && !left.has(set.classes[label] ?? '')
  })
  const validation = new Random(deriveSeed(recipe.seed, 'validation')).shuffled(usable).slice(0, recipe.validation)
  const chosen = new Set(validation)
  return { set, validation, training: usable.filter((index) => !chosen.has(index)) }
}

/** Classes of a source that are left out: a seeded draw of `heldOutShare` of them. */
export function heldOut(
  source: string,
  classes: readonly string[],
  { seed, heldOutShare }: Pick<Recipe, 'seed' | 'heldOutShare'>,
): string[] {
  return new Random(deriveSeed(seed, 'held out', source))
    .shuffled(classes)
    .slice(0, Math.floor(heldOutShare * classes.length))
    .sort()
}

function namesOf({ classes }: ImageSet, source: string): string[] {
  return classes.filter((name) => name.startsWith(`${source}/`)).map((name) => name.slice(source.length + 1))
}

/** Several sets as one. */
async function readSources(data: string, sources: readonly Source[]): Promise<ImageSet> {
  const classes: string[] = []
  const images: ImageEntry[] = []
  for (const { name, folder } of sources) {
    const set = await readImageSet(join(data, folder))
    const first = classes.length
    classes.push(...set.classes.map((label) => `${name}/${label}`))
    images.push(
      ...set.images.map((image) => ({
        ...image,
        path: `${folder}/${image.path}`,
        class: image.class === null ? null : first + image.class,
      })),
    )
  }
  return { root: data, layout: 'manifest', classes, images, skipped: [] }
}
