// Which images a run trains on, with which labels, and which it is measured on.
import { labelledSubset } from '../../../core/data/subsets.ts'
import { splitSet } from '../../../core/data/splits.ts'
import type { ImageSet } from '../../../core/data/image-set.ts'
import type { RunConfig } from '../../../shared/contract/runs.ts'
import type { ManifestHeader, ManifestImage } from '../../../shared/manifest.ts'
import type { ImageTable } from './image-table.ts'

export interface Plan {
  readonly header: ManifestHeader
  readonly images: readonly ManifestImage[]
  readonly counts: { readonly labelled: number; readonly unlabelled: number; readonly validation: number; readonly test: number }
  /** Labels used, by class. */
  readonly labels: readonly { readonly class: number; readonly labels: number }[]
}

/** The draw of validation images does not depend on a run's seed: runs on the same labels are measured on the same images. */
const splitSeed = 0

/** What does not depend on a run's own settings. */
interface Division {
  readonly classes: ImageTable['classes']
  readonly set: ImageSet
  /** Indices of images; `free` for training, labelled or not. */
  readonly free: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
}

/** By the table, which never changes: a form asks for plans of the same images again and again. */
const divisions = new WeakMap<ImageTable, Division | { problem: string }>()

/** @returns the plan, or in words why there is none */
export function planImages(table: ImageTable, config: Pick<RunConfig, 'labels' | 'seed'>): Plan | { problem: string } {
  let division = divisions.get(table)
  if (!division) divisions.set(table, (division = divide(table)))
  if ('problem' in division) return division
  const { classes, set, free, validation, test } = division
  const { labelled, unlabelled, perClass } = labelledSubset(set, free, config.labels ?? { proportion: 1 }, config.seed)
  let images: ManifestImage[] | null = null
  return {
    header: { manifest: 1, classes: [...classes], roots: table.sources.map(({ folder }) => folder) },
    // Only a run that starts needs them.
    get images() {
      return (images ??= listImages(table, { free, validation, test }, set, labelled))
    },
    counts: { labelled: labelled.length, unlabelled: unlabelled.length, validation: validation.length, test: test.length },
    labels: classes.map(({ id }, i) => ({ class: id, labels: perClass[i] ?? 0 })),
  }
}

function divide(table: ImageTable): Division | { problem: string } {
  const used = new Set(table.images.map((image) => image.class))
  const classes = table.classes.filter(({ id }) => used.has(id))
  if (table.images.length === 0) return { problem: 'images: expected some, found none' }
  if (classes.length < 2) return { problem: `labels: expected at least two classes with labelled images, found ${classes.length}` }
  const index = new Map(classes.map(({ id }, i) => [id, i]))
  const set: ImageSet = {
    root: 'the project',
    layout: 'manifest',
    classes: classes.map(({ name }) => name),
    images: table.images.map((image) => ({
      path: table.sources.length === 1 ? image.path : `${image.source}/${image.path}`,
      class: image.class === null ? null : (index.get(image.class) ?? null),
      split: image.split,
      bytes: image.bytes,
    })),
    skipped: [],
  }
  const trained = new Set(table.images.flatMap(({ class: label, split }) => (split === 'validation' || split === 'test' ? [] : label)))
  const without = classes.find(({ id }) => !trained.has(id))
  if (without)
    return { problem: `class ${without.name}: expected a labelled image to train on, found all of them set apart for validation or test` }
  if (!canValidate(table))
    return { problem: 'validation: expected images set apart for it, or a class with three labels or more to take them from, found neither' }

  const { train, validation, test } = splitSet(set, { seed: splitSeed, testShare: 0 })
  // The same file twice must not be learnt and then asked for.
  const heldOut = new Set([...validation, ...test].flatMap((i) => table.images[i]?.hash ?? []))
  const free = train.filter((i) => !heldOut.has(table.images[i]?.hash ?? ''))
  const there = new Set(free.map((i) => set.images[i]?.class))
  const lost = classes.find((_, label) => !there.has(label))
  if (lost) return { problem: `class ${lost.name}: expected an image to train on that is not in validation or test too, found copies only` }
  return { classes, set, free, validation, test }
}

function listImages(
  table: ImageTable,
  { free, validation, test }: Pick<Division, 'free' | 'validation' | 'test'>,
  set: ImageSet,
  labelled: readonly number[],
): ManifestImage[] {
  const split = new Map<number, ManifestImage['split']>()
  for (const i of validation) split.set(i, 'validation')
  for (const i of test) split.set(i, 'test')
  for (const i of free) split.set(i, 'train')
  const labels = new Set(labelled)
  return table.images.flatMap((image, i): ManifestImage[] => {
    const place = split.get(i)
    if (!place) return []
    const { id, source: root, path, bytes, hash } = image
    return [{ id, root, path, bytes, hash, class: set.images[i]?.class ?? null, split: place, labelled: labels.has(i) }]
  })
}

function canValidate({ images }: ImageTable): boolean {
  const counts = new Map<number, number>()
  for (const { class: label, split } of images) {
    if (label === null || split === 'test') continue
    if (split === 'validation') return true
    counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return [...counts.values()].some((count) => count >= 3)
}

/** As a file of JSON lines. */
export function* manifestLines({ header, images }: Pick<Plan, 'header' | 'images'>): Generator<string> {
  yield `${JSON.stringify(header)}\n`
  for (let from = 0; from < images.length; from += 500)
    yield images
      .slice(from, from + 500)
      .map((image) => `${JSON.stringify(image)}\n`)
      .join('')
}
