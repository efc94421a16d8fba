// Chance: against values worked out by hand and with whole numbers (binomial coefficients).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mcNemar, pair, wilsonInterval } from '../../../src/renderer/views/results/statistics.ts'

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

// All right: n / (n + z²); the others by solving (share - p)² = z² p (1 - p) / n for p.
test.each([
  [1, 16, 0.806, 1],
  [0, 16, 0, 0.194],
  [0.8, 100, 0.711, 0.867],
  [0.5, 1, 0.055, 0.945],
])('the range of %d of %i images', (share, images, low, high) => {
  const range = wilsonInterval(share, images)
  expect(range[0]).toBeCloseTo(low, 3)
  expect(range[1]).toBeCloseTo(high, 3)
})

test('pairs images by id, and by path where they have none; a label that was another then is left out', () => {
  const judged = (image: number | null, path: string, truth: number, predicted: number): Parameters<typeof pair>[0][number] => ({
    ...{ image, path, truth, predicted },
  })
  const first = [judged(1, 'a', 1, 1), judged(2, 'b', 1, 2), judged(null, 'c', 2, 2), judged(4, 'd', 1, 1), judged(5, 'e', 1, 1)]
  const second = [judged(1, 'moved', 1, 1), judged(2, 'b', 1, 1), judged(null, 'c', 2, 1), judged(4, 'd', 2, 2)]
  expect(pair(first, second)).toEqual({ images: 3, bothRight: 1, onlyFirst: 1, onlySecond: 1 })
})
