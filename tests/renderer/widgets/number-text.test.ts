// Numbers as people type them.
import { expect, test } from 'vitest'
import { numberOf } from '../../../src/renderer/widgets/number-text.ts'

test.each([
  ['12', 12, 12],
  [' 0 ', 0, 0],
  ['-3', -3, -3],
  ['0.5', 0.5, null],
  ['0,5', 0.5, null],
  ['1e-4', 1e-4, null],
  ['1,000', 1, null],
  ['1.000', 1, null],
  ['1,000,000', null, null],
  ['12 px', null, null],
  ['Infinity', null, null],
  ['', null, null],
])('%j is %j, as a whole number %j', (text, number, whole) => {
  expect(numberOf(text)).toBe(number)
  expect(numberOf(text, true)).toBe(whole)
})
