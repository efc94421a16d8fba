// Selecting: what clicks, keys and rubber bands leave selected.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  band,
  choose,
  chooseAll,
  chooseNone,
  extend,
  move,
  nothing,
  orderOf,
  toggle,
  visit,
  within,
  withMoved,
} from '../../../src/renderer/widgets/selection.ts'
import type { Selection } from '../../../src/renderer/widgets/selection.ts'

// Ids that are no indices.
const order = orderOf(Array.from({ length: 20 }, (_, i) => 1000 - i * 7))
const at = (index: number): number => order.ids[index] ?? 0
const chosen = ({ chosen }: Selection): number[] => order.ids.flatMap((id, index) => (chosen.has(id) ? [index] : []))

test('a range goes from the anchor either way and shrinks again', () => {
  const from = choose(at(5))
  expect(chosen(extend(from, order, at(8)))).toEqual([5, 6, 7, 8])
  expect(chosen(extend(extend(from, order, at(8)), order, at(3)))).toEqual([3, 4, 5])
  expect(chosen(extend(toggle(choose(at(0)), at(5)), order, at(6), true))).toEqual([0, 5, 6])
})

test('arrows stop at the ends; with Shift they take along what they pass', () => {
  expect(chosen(move(nothing, order, 1, false))).toEqual([0])
  expect(chosen(move(choose(at(18)), order, 5, false))).toEqual([19])
  expect(chosen(move(choose(at(2)), order, -5, true))).toEqual([0, 1, 2])
})

test('toggling twice changes nothing; all and none are all and none', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(19)), fc.nat(19), (indices, index) => {
      const before: Selection = { chosen: new Set(indices.map(at)), focus: null, anchor: null }
      expect(chosen(toggle(toggle(before, at(index)), at(index)))).toEqual(chosen(before))
      expect(chosen(chooseAll(before, order))).toHaveLength(20)
      expect(chosen(chooseNone(before))).toEqual([])
    }),
  )
})

test('the focus is always selected, or nothing is, through clicks and keys', () => {
  const step = fc.oneof(
    fc.nat(19).map((i) => (s: Selection) => extend(s, order, at(i))),
    fc.nat(19).map((i) => () => choose(at(i))),
    fc.tuple(fc.integer({ min: -6, max: 6 }), fc.boolean()).map(
      ([by, extending]) =>
        (s: Selection) =>
          move(s, order, by, extending),
    ),
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const end = steps.reduce((selection, next) => next(selection), nothing)
      expect(end.focus !== null && end.chosen.has(end.focus)).toBe(true)
    }),
  )
})

test('a rubber band adds to what was selected, and takes back what it no longer touches', () => {
  const before = choose(at(0))
  expect(chosen(band(before, [at(4), at(5)]))).toEqual([0, 4, 5])
  expect(chosen(band(before, [at(4)]))).toEqual([0, 4])
})

test('what was taken out leaves a list, what is put back comes to its place; others stay though the list would be another one now', () => {
  const shown = [10, 20, 30, 40, 50]
  // 20 and 50 have a label by now, which the list is not of; 5 came meanwhile.
  expect(withMoved(shown, [5, 10, 40], new Set([30]))).toEqual([10, 20, 40, 50])
  expect(withMoved([10, 20, 50], [5, 10, 30, 40], new Set([30, 40]))).toEqual([10, 30, 40, 20, 50])
  expect(withMoved([40], [10, 20, 40], new Set([10, 20]))).toEqual([10, 20, 40])
  expect(withMoved([], [10, 20], new Set([10]))).toEqual([10])
})

test('in another list what has gone is no longer selected, and the focus goes to what took its place', () => {
  const shorter = orderOf(order.ids.filter((_, index) => index !== 4))
  const after = within(extend(choose(at(3)), order, at(4)), shorter, order)
  expect(after.chosen).toEqual(new Set([at(3)]))
  expect(after.focus).toBe(at(5))
})

test('an image that is not in the list is a detour: an arrow key leads back to where one was', () => {
  const detour = visit(visit(choose(at(7)), order, 5), order, 6)
  expect(detour).toEqual({ chosen: new Set([6]), focus: 6, anchor: at(7) })
  expect(chosen(move(detour, order, 1, false))).toEqual([7])
  expect(visit(detour, order, at(3))).toEqual(choose(at(3)))
  expect(chosen(move(visit(nothing, order, 5), order, 1, false))).toEqual([0])
})
