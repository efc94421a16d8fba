// Chance: against values worked out by hand and with whole numbers (binomial coefficients).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mcNemar, pair, standardError } from '../../../src/renderer/views/results/statistics.ts'

test.each([
  [0, 0, 1],
  [0, 5, 0.0625],
  [1, 9, 0.021484375],
  [10, 25, 0.0166738478],
  [7, 7, 1],
])('%i against %i', (first, second, p) => expect(mcNemar(first, second)).toBeCloseTo(p, 5))

test('is a probability, the same either way, for any number of images', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(20_000), (a, b) => {
      const p = mcNemar(a, b)
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      expect(mcNemar(b, a)).toBe(p)
    }),
    { numRuns: 50 },
  )
})

test('the error of a share falls with the root of the images', () => {
  expect(standardError(0.8, 100)).toBeCloseTo(0.04)
  expect(standardError(0.8, 400)).toBeCloseTo(0.02)
})

test('pairs images by id, and by path where they have none; a label that was another then is left out', () => {
  const judged = (image: number | null, path: string, truth: number, predicted: number): Parameters<typeof pair>[0][number] => ({
    ...{ image, path, truth, predicted },
  })
  const first = [judged(1, 'a', 1, 1), judged(2, 'b', 1, 2), judged(null, 'c', 2, 2), judged(4, 'd', 1, 1), judged(5, 'e', 1, 1)]
  const second = [judged(1, 'moved', 1, 1), judged(2, 'b', 1, 1), judged(null, 'c', 2, 1), judged(4, 'd', 2, 2)]
  expect(pair(first, second)).toEqual({ images: 3, bothRight: 1, onlyFirst: 1, onlySecond: 1 })
})
