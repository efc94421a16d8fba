// Groups of images that are alike.
import { expect, test } from 'vitest'
import { labelsDiffer, without } from '../../../src/renderer/views/images/duplicates.ts'

test('labels differ where two have other ones; those without agree with all', () => {
  const of = (...classes: (number | null)[]): { class: number | null }[] => classes.map((one) => ({ class: one }))
  expect(labelsDiffer(of(1, null, 1))).toBe(false)
  expect(labelsDiffer(of(null, null))).toBe(false)
  expect(labelsDiffer(of(1, null, 2))).toBe(true)
})

test('an image that is on its way out is in no group, and one that is left alone is no group', () => {
  const groups = [
    [1, 2, 3],
    [4, 5],
    [6, 7],
  ].map((ids) => ({ images: ids.map((id) => ({ id })) }))
  expect(without(groups, [1, 5])).toEqual([
    [{ id: 2 }, { id: 3 }],
    [{ id: 6 }, { id: 7 }],
  ])
})
