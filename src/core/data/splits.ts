// Train, validation and test parts of a data set: its own where it has them, seeded stratified ones where it does not.
import { deriveSeed, Random } from '../tensor/random.ts'
import { DataError } from './data-error.ts'
import type { ImageEntry, ImageSet } from './image-set.ts'

export interface SplitOptions {
  readonly seed: number
  /** Share of the labelled images that becomes the test set where the data set has none. Default 0.2; 0 for no test set. */
  readonly testShare?: number
  /** Share of the labelled images that becomes the validation set where the data set has none. Default 0.1. */
  readonly validationShare?: number
}

export interface Splits {
  /** Indices into `set.images`, ascending; images without a class are part of `train` only. */
  readonly train: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
  /** Where each part comes from: `given` by the data set, or `drawn` here with the share of the labelled images that was asked for. */
  readonly origin: {
    readonly validation: 'given' | { readonly drawn: number }
    readonly test: 'given' | { readonly drawn: number }
  }
}

/**
 * Splits a data set. A part that the data set names is used as it is; a missing one is drawn from the rest, class by class
 * (at least one image of every class stays in train, and a class of three images or more gives at least one to each drawn part).
 * An image without a class is of no use to validation and test, and is left out of them.
 * The draw depends on the seed and the images' paths, not on their order.
 * @throws DataError if a share is out of range or a part would be empty.
 */
export function splitSet(set: ImageSet, options: SplitOptions): Splits {
  const { seed, testShare = 0.2, validationShare = 0.1 } = options
  for (const [name, share] of Object.entries({ testShare, validationShare }))
    if (!((share > 0 || (share === 0 && name === 'testShare')) && share < 1))
      throw new DataError('bad-option', name, `expected a share between 0 and 1, found ${share}`)
  if (testShare + validationShare >= 1)
    throw new DataError('bad-option', 'testShare + validationShare', `expected less than 1, found ${testShare + validationShare}`)

  const given = (...splits: ImageEntry['split'][]): number[] =>
    set.images.flatMap((image, index) => (splits.includes(image.split) ? [index] : []))
  const isLabelled = (index: number): boolean => set.images[index]?.class !== null
  const validation = given('validation').filter(isLabelled)
  const test = given('test').filter(isLabelled)
  const drawsTest = test.length === 0
  const drawsValidation = validation.length === 0
  const rest = given('train', null)
  const train = rest.filter((index) => !isLabelled(index))

  for (const [label, members] of byClass(set, rest)) {
    const order = new Random(deriveSeed(seed, 'split', set.classes[label] ?? '')).shuffled(members)
    const count = (share: number): number => (members.length < 3 || share === 0 ? 0 : Math.max(1, Math.round(share * members.length)))
    const testCount = drawsTest ? count(testShare) : 0
    const validationCount = Math.min(drawsValidation ? count(validationShare) : 0, members.length - testCount - 1)
    test.push(...order.slice(0, testCount))
    validation.push(...order.slice(testCount, testCount + validationCount))
    train.push(...order.slice(testCount + validationCount))
  }

  const parts = { train, validation, test }
  for (const [name, part] of Object.entries(parts)) {
    part.sort((a, b) => a - b)
    if (part.length === 0 && !(name === 'test' && testShare === 0))
      throw new DataError(
        'bad-data',
        set.root,
        `expected images for the ${name} set, found none (${set.images.length} images, ${set.classes.length} classes)`,
      )
  }
  return {
    ...parts,
    origin: {
      validation: drawsValidation ? { drawn: validationShare } : 'given',
      test: drawsTest ? { drawn: testShare } : 'given',
    },
  }
}

/** The labelled ones among `indices` by class, classes ascending, each class's images in the order of their paths. */
export function byClass(set: ImageSet, indices: readonly number[]): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (let label = 0; label < set.classes.length; label++) groups.set(label, [])
  for (const index of indices) {
    const label = set.images[index]?.class
    if (label !== null && label !== undefined) groups.get(label)?.push(index)
  }
  const path = (index: number): string => set.images[index]?.path ?? ''
  for (const members of groups.values()) members.sort((a, b) => (path(a) < path(b) ? -1 : 1))
  return groups
}
