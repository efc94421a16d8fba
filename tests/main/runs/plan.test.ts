// What a run's plan promises, for any project: parts that do not overlap, copies never on both sides, the same validation images for every run.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImageTable, TableImage } from '../../../src/main/services/runs/image-table.ts'
import { manifestLines, planImages } from '../../../src/main/services/runs/plan.ts'
import type { Plan } from '../../../src/main/services/runs/plan.ts'

const image = (id: number, facts: Partial<TableImage> = {}): TableImage => ({
  ...{ id, source: 0, path: `${String(id).padStart(4, '0')}.jpg`, bytes: 1, hash: `h${id}`, class: null, split: null },
  ...facts,
})
const table = (images: TableImage[], facts: Partial<ImageTable> = {}): ImageTable => ({
  classes: [3, 7, 9].map((id) => ({ id, name: `class ${id}` })),
  sources: [{ id: 1, folder: '/photos' }],
  ...{ images, missing: 0, unreadable: 0, changed: 0 },
  ...facts,
})
const labelled = (counts: Record<number, number>): TableImage[] =>
  Object.entries(counts)
    .flatMap(([label, count]) => new Array<number>(count).fill(Number(label)))
    .map((label, i) => image(i + 1, { class: label }))
const plan = (images: TableImage[], config: Parameters<typeof planImages>[1] = { seed: 0 }): Plan => {
  const planned = planImages(table(images), config)
  if ('problem' in planned) throw new Error(planned.problem)
  return planned
}
const ids = ({ images }: Plan, fits: (image: Plan['images'][number]) => boolean): number[] => images.filter(fits).map(({ id }) => id)

test('any project: each image once, no copy of a validation or test image in training, set splits kept', () => {
  const anyImage = fc.record({
    class: fc.constantFrom(null, null, 3, 7),
    split: fc.constantFrom(null, null, 'train' as const, 'validation' as const, 'test' as const),
    hash: fc.option(fc.nat(25).map(String)),
  })
  fc.assert(
    fc.property(fc.array(anyImage, { minLength: 10, maxLength: 60 }), fc.nat(5), fc.integer({ min: 1, max: 4 }), (some, seed, perClass) => {
      const images = some.map((facts, i) => image(i + 1, facts))
      const planned = planImages(table(images), { seed, labels: { perClass } })
      if ('problem' in planned) return
      expect(new Set(planned.images.map(({ id }) => id)).size).toBe(planned.images.length)
      const held = new Set(planned.images.filter(({ split }) => split !== 'train').flatMap(({ hash }) => hash ?? []))
      for (const { id, split, hash, labelled: isLabelled, class: label } of planned.images) {
        const given = images[id - 1]?.split
        // Validation images may be drawn from those set apart for training.
        if (given && given !== 'train') expect(split).toBe(given)
        else expect(split).not.toBe('test')
        if (split === 'train') expect(held.has(hash ?? '')).toBe(false)
        else expect(label).not.toBeNull()
        if (isLabelled) expect({ split, known: label !== null }).toEqual({ split: 'train', known: true })
      }
      for (const { labels } of planned.labels) expect(labels).toBeLessThanOrEqual(perClass)
      for (const { labels } of planned.labels) expect(labels).toBeGreaterThan(0)
    }),
    { numRuns: 200 },
  )
})

test('runs with other seeds and budgets are validated on the same images; a smaller budget is part of a larger one', () => {
  const images = labelled({ 3: 40, 7: 20 })
  const [few, more, other] = [
    plan(images, { seed: 1, labels: { perClass: 2 } }),
    plan(images, { seed: 1, labels: { proportion: 0.5 } }),
    plan(images, { seed: 2, labels: { perClass: 2 } }),
  ]
  const held = (planned: Plan): number[] => ids(planned, ({ split }) => split === 'validation')
  const used = (planned: Plan): number[] => ids(planned, (one) => one.labelled)
  expect(held(few)).toHaveLength(6)
  expect([held(more), held(other)]).toEqual([held(few), held(few)])
  expect(used(more)).toEqual(expect.arrayContaining(used(few)))
  expect(used(other)).not.toEqual(used(few))
  expect(few.counts).toEqual({ labelled: 4, unlabelled: 50, validation: 6, test: 0 })
  expect(few.labels).toEqual([{ class: 3, labels: 2 }, { class: 7, labels: 2 }]) // prettier-ignore
})

test('the list of images: classes that are used, folders, hidden labels', () => {
  const images = [...labelled({ 3: 4, 9: 4 }), image(20)]
  const lines = [...manifestLines(plan(images, { seed: 0, labels: { perClass: 1 } }))].join('').trimEnd().split('\n')
  const [header, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(header).toEqual({ manifest: 1, classes: [{ id: 3, name: 'class 3' }, { id: 9, name: 'class 9' }], roots: ['/photos'] }) // prettier-ignore
  expect(rest).toHaveLength(9)
  expect(rest.filter(({ labelled: seen, class: label }) => seen === false && label !== null).length).toBe(6)
  expect(rest.at(-1)).toEqual({ id: 20, root: 0, path: '0020.jpg', bytes: 1, hash: 'h20', class: null, split: 'train', labelled: false })
})

test.each([
  ['images: expected some, found none', []],
  ['labels: expected at least two classes with labelled images, found 1', labelled({ 3: 10 })],
  ['validation: expected images set apart for it, or a class with three labels or more to take them from, found neither', labelled({ 3: 2, 7: 2 })],
  ['class class 7: expected a labelled image to train on, found all of them set apart for validation or test', [...labelled({ 3: 9 }), image(99, { class: 7, split: 'test' })]],
  ['class class 7: expected an image to train on that is not in validation or test too, found copies only', [...labelled({ 3: 9 }), image(98, { class: 7, hash: 'same' }), image(99, { class: 7, split: 'test', hash: 'same' })]],
])('%s', (problem, images) => expect(planImages(table(images), { seed: 0 })).toEqual({ problem })) // prettier-ignore
