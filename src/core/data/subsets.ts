// Labelled subsets: seeded, class-balanced and nested, so that more labels always mean the same ones and some more.
import { deriveSeed, Random } from '../tensor/random.ts'
import { DataError } from './data-error.ts'
import type { ImageSet } from './image-set.ts'
import { byClass } from './splits.ts'

/** How many labels: a share of every class (the article's 15 / 30 / 50 / 100 %), or the same count of each class. */
export type LabelBudget = { readonly proportion: number } | { readonly perClass: number }

export interface LabelledSubset {
  /** Indices into `set.images`, ascending. */
  readonly labelled: readonly number[]
  /** The remaining training images, with or without a (hidden) label, ascending. */
  readonly unlabelled: readonly number[]
  /** Labels of each class, by class index. */
  readonly perClass: readonly number[]
}

/**
 * Chooses which training images keep their label. In every class the images stand in one seeded shuffle and the first of them are taken:
 * `proportion` takes `max(1, round(proportion * images of the class))`, `perClass` takes `min(perClass, images of the class)`.
 * So a smaller budget is part of every larger one, and neither files added to other classes nor their order on disk change the choice.
 * @throws DataError if the budget is out of range (fewer labels than classes) or a class has no training image.
 */
export function labelledSubset(set: ImageSet, train: readonly number[], budget: LabelBudget, seed: number): LabelledSubset {
  const labels = 'proportion' in budget ? budget.proportion : budget.perClass
  if ('proportion' in budget && !(labels > 0 && labels <= 1))
    throw new DataError('bad-option', 'label proportion', `expected more than 0 and at most 1, found ${labels}`)
  if ('perClass' in budget && !(Number.isInteger(labels) && labels >= 1))
    throw new DataError(
      'bad-option',
      'labels per class',
      `expected a whole number of at least 1 (every class needs a label), found ${labels}`,
    )

  const perClass: number[] = []
  const labelled: number[] = []
  for (const [label, members] of byClass(set, train)) {
    const name = set.classes[label] ?? String(label)
    if (members.length === 0)
      throw new DataError('bad-data', set.root, `expected at least one training image of class '${name}', found none`)
    const count = labelCount(budget, members.length)
    perClass.push(count)
    labelled.push(...new Random(deriveSeed(seed, 'labels', name)).shuffled(members).slice(0, count))
  }
  labelled.sort((a, b) => a - b)
  const chosen = new Set(labelled)
  return { labelled, unlabelled: train.filter((index) => !chosen.has(index)).sort((a, b) => a - b), perClass }
}

/** Labels that a budget means of a class that has so many; it has at least one. */
export function labelCount(budget: LabelBudget, available: number): number {
  return 'proportion' in budget ? Math.max(1, Math.round(budget.proportion * available)) : Math.min(budget.perClass, available)
}
