// Splits and labelled subsets: disjoint, balanced, nested, and independent of the order of files.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageSet, Split } from '../../../src/core/data/image-set.ts'
import { splitSet } from '../../../src/core/data/splits.ts'
import { labelledSubset, type LabelBudget } from '../../../src/core/data/subsets.ts'

/** Classes with the given numbers of images, some images without a class, in a given order. */
function setOf(
  counts: readonly number[],
  unlabelled = 0,
  order: (paths: string[]) => string[] = (paths) => paths,
  split: Split | null = null,
): ImageSet {
  const classes = counts.map((_, label) => `class ${label}`)
  const paths = counts.flatMap((count, label) => Array.from({ length: count }, (_, i) => `${label}/${i}.jpg`))
  for (let i = 0; i < unlabelled; i++) paths.push(`-/${i}.jpg`)
  const images = order(paths).map((path) => ({ path, class: path.startsWith('-') ? null : Number(path.split('/')[0]), split, bytes: 1 }))
  return { root: '/set', layout: 'class-folders', classes, images, skipped: [] }
}

const countsPerClass = fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 2, maxLength: 6 })
const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const pathsOf = (set: ImageSet, indices: readonly number[]): string[] => indices.map((index) => set.images[index]?.path ?? '').sort()
const countOf = (set: ImageSet, indices: readonly number[], label: number): number =>
  indices.filter((index) => set.images[index]?.class === label).length

describe('splits', () => {
  it('are disjoint, complete, stratified, and independent of the order of files', () => {
    fc.assert(
      fc.property(countsPerClass, seeds, fc.integer({ min: 0, max: 9 }), (counts, seed, unlabelled) => {
        const set = setOf(counts, unlabelled)
        const { train, validation, test, origin } = splitSet(set, { seed })
        expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual([...set.images.keys()])
        counts.forEach((count, label) => {
          expect(countOf(set, test, label)).toBe(Math.max(1, Math.round(0.2 * count)))
          expect(countOf(set, validation, label)).toBe(Math.max(1, Math.round(0.1 * count)))
        })
        expect(origin).toEqual({ validation: { drawn: 0.1 }, test: { drawn: 0.2 } })

        const reversed = setOf(counts, unlabelled, (paths) => paths.reverse())
        const again = splitSet(reversed, { seed })
        expect(pathsOf(reversed, again.test)).toEqual(pathsOf(set, test))
        expect(pathsOf(reversed, again.validation)).toEqual(pathsOf(set, validation))
      }),
    )
  })

  it('change with the seed', () => {
    const set = setOf([30, 30])
    expect(splitSet(set, { seed: 1 }).test).not.toEqual(splitSet(set, { seed: 2 }).test)
  })

  it('that the data set has are kept, missing ones are drawn from the rest', () => {
    const base = setOf([20, 20], 2, undefined, 'train')
    const images = base.images.map((image, i) => ({ ...image, split: i % 4 === 0 ? ('test' as const) : image.split }))
    const { train, validation, test, origin } = splitSet({ ...base, images }, { seed: 0, validationShare: 0.2 })
    expect(test).toEqual(images.flatMap((image, i) => (image.split === 'test' && image.class !== null ? [i] : [])))
    expect(validation).toHaveLength(6)
    expect(train).toHaveLength(25)
    expect(origin).toEqual({ validation: { drawn: 0.2 }, test: 'given' })
  })

  it('that would be empty or are out of range say so', () => {
    expect(() => splitSet(setOf([2, 2]), { seed: 0 })).toThrow(
      '/set: expected images for the validation set, found none (4 images, 2 classes)',
    )
    expect(() => splitSet(setOf([5, 5]), { seed: 0, testShare: 1 })).toThrow('testShare: expected a share between 0 and 1, found 1')
    expect(splitSet(setOf([5, 5]), { seed: 0, testShare: 0 }).test).toEqual([])
  })
})

describe('labelled subsets', () => {
  const budgets: fc.Arbitrary<[LabelBudget, LabelBudget]> = fc.oneof(
    fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })).map(([a, b]) => [{ proportion: Math.min(a, b) }, { proportion: Math.max(a, b) }] as [LabelBudget, LabelBudget]), // prettier-ignore
    fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })).map(([a, b]) => [{ perClass: Math.min(a, b) }, { perClass: Math.max(a, b) }] as [LabelBudget, LabelBudget]), // prettier-ignore
  )

  it('are nested, balanced, and independent of the order of files', () => {
    fc.assert(
      fc.property(countsPerClass, budgets, seeds, (counts, [small, large], seed) => {
        const set = setOf(counts, 3)
        const train = [...set.images.keys()]
        const few = labelledSubset(set, train, small, seed)
        const more = labelledSubset(set, train, large, seed)
        expect(few.labelled.filter((index) => !more.labelled.includes(index))).toEqual([])
        expect([...few.labelled, ...few.unlabelled].sort((a, b) => a - b)).toEqual(train)
        counts.forEach((count, label) => {
          const expected = 'proportion' in small ? Math.max(1, Math.round(small.proportion * count)) : Math.min(small.perClass, count)
          expect(few.perClass[label]).toBe(expected)
          expect(countOf(set, few.labelled, label)).toBe(expected)
        })

        const reversed = setOf(counts, 3, (paths) => paths.reverse())
        expect(pathsOf(reversed, labelledSubset(reversed, train, small, seed).labelled)).toEqual(pathsOf(set, few.labelled))
      }),
    )
  })

  it('do not depend on images of other classes', () => {
    const few = setOf([10, 10])
    const many = setOf([10, 25])
    const ofFirst = (set: ImageSet): string[] =>
      pathsOf(set, labelledSubset(set, [...set.images.keys()], { perClass: 3 }, 7).labelled).filter((path) => path.startsWith('0/'))
    expect(ofFirst(many)).toEqual(ofFirst(few))
  })

  it('that cannot be drawn say so', () => {
    const set = setOf([4, 4])
    const all = [...set.images.keys()]
    expect(() => labelledSubset(set, all, { perClass: 0 }, 0)).toThrow(
      'labels per class: expected a whole number of at least 1 (every class needs a label), found 0',
    )
    expect(() => labelledSubset(set, all, { proportion: 1.5 }, 0)).toThrow(
      'label proportion: expected more than 0 and at most 1, found 1.5',
    )
    expect(() => labelledSubset(set, all.slice(0, 4), { perClass: 1 }, 0)).toThrow(
      "/set: expected at least one training image of class 'class 1', found none",
    )
  })
})
