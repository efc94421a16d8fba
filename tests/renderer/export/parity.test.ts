// The verdict on an exported file.
import { expect, test } from 'vitest'
import { verdictOf } from '../../../src/renderer/views/export/parity.ts'

test.each([
  [null, 'unknown'],
  [{ images: 0, sameClass: 0, largestDifference: 0 }, 'unknown'],
  [{ images: 120, sameClass: 120, largestDifference: 0.0003 }, 'same'],
  [{ images: 120, sameClass: 120, largestDifference: 0.2 }, 'close'],
  [{ images: 120, sameClass: 119, largestDifference: 0.002 }, 'close'],
  [{ images: 120, sameClass: 100, largestDifference: 0.9 }, 'different'],
] as const)('%j: %s', (parity, verdict) => {
  expect(verdictOf(parity)).toBe(verdict)
})
