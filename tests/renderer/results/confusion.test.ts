// The confusion matrix: pairs, order and the way from cell to cell.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { confusedPairs, macroF1, nextCell, orderByConfusion } from '../../../src/renderer/views/results/confusion.ts'
import type { Cell, Confusion, Direction } from '../../../src/renderer/views/results/confusion.ts'

const square = fc.integer({ min: 1, max: 7 }).chain((n) =>
  fc.array(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 })), { minLength: n, maxLength: n }), {
    minLength: n,
    maxLength: n,
  }),
)

const shirts: Confusion = [
  [9, 0, 1, 0],
  [0, 5, 0, 0],
  [4, 0, 4, 2],
  [0, 0, 0, 7],
]

test('pairs are the mistakes, the most frequent first, with the share of the true class', () => {
  expect(confusedPairs(shirts)).toEqual([
    { truth: 2, predicted: 0, images: 4, share: 0.4 },
    { truth: 2, predicted: 3, images: 2, share: 0.2 },
    { truth: 0, predicted: 2, images: 1, share: 0.1 },
  ])
})

test('classes taken for each other stand beside each other, those without mistakes last', () => {
  expect(orderByConfusion(shirts)).toEqual([2, 0, 3, 1])
})

test('an order names every class once', () => {
  fc.assert(
    fc.property(square, (matrix) => {
      expect(orderByConfusion(matrix).sort((a, b) => a - b)).toEqual([...matrix.keys()])
    }),
  )
})

test('right and left lead through all cells with images, there and back', () => {
  fc.assert(
    fc.property(square, (matrix) => {
      const order = orderByConfusion(matrix)
      const filled = order.flatMap((truth) => order.map((predicted) => ({ truth, predicted }))).filter((at) => imagesAt(matrix, at) > 0)
      const [first] = filled
      if (!first) return
      const there = walk(matrix, order, first, 'right')
      expect(there).toEqual(filled)
      expect(walk(matrix, order, there.at(-1) ?? first, 'left').reverse()).toEqual(filled)
    }),
  )
})

test('up and down stay in their column', () => {
  expect(nextCell(shirts, [0, 1, 2, 3], { truth: 0, predicted: 0 }, 'down')).toEqual({ truth: 2, predicted: 0 })
  expect(nextCell(shirts, [0, 1, 2, 3], { truth: 3, predicted: 3 }, 'up')).toEqual({ truth: 2, predicted: 3 })
  expect(nextCell(shirts, [0, 1, 2, 3], { truth: 0, predicted: 0 }, 'up')).toBeNull()
})

test('a class that nothing was taken for counts as 0 in the mean, one without images not at all', () => {
  expect(
    macroF1([
      { f1: 1, images: 3 },
      { f1: null, images: 2 },
      { f1: null, images: 0 },
    ]),
  ).toBe(0.5)
  expect(macroF1([{ f1: null, images: 0 }])).toBeNull()
})

function imagesAt(matrix: Confusion, { truth, predicted }: Cell): number {
  return matrix[truth]?.[predicted] ?? 0
}

function walk(matrix: Confusion, order: readonly number[], from: Cell, direction: Direction): Cell[] {
  const way = [from]
  for (let next = nextCell(matrix, order, from, direction); next; next = nextCell(matrix, order, next, direction)) way.push(next)
  return way
}
