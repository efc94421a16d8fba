// Live memory of small programs, counted by hand.
import { expect, test } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { peakBytes } from '../../../src/core/graph/memory.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import type { Value } from '../../../src/core/graph/value.ts'

/** 400 bytes. */
const hundred = { dtype: 'float32', shape: [100] } as const

function program(x: Value, outputs: Record<string, Value>): Program {
  return { feeds: { x }, reads: {}, outputs, updates: {} }
}

test('a chain holds the input, one value and the next', () => {
  const x = g.input('x', hundred)
  expect(peakBytes(program(x, { y: g.exp(g.neg(g.exp(g.neg(x)))) }))).toBe(3 * 400)
})

test('a value that is used again at the end stays', () => {
  const x = g.input('x', hundred)
  const early = g.exp(x)
  expect(peakBytes(program(x, { y: g.add(g.neg(g.exp(g.neg(early))), early) }))).toBe(4 * 400)
})

test('other shapes of the same elements take nothing, outputs stay, unused outputs of a node take nothing', () => {
  const x = g.input('x', hundred)
  const a = g.reshape(g.exp(x), [10, 10])
  const b = g.reduceSum(g.neg(g.flatten(a)), [0, 1])
  // x and a; then -a and the sum, 4 bytes, beside them.
  expect(peakBytes(program(x, { a, b }))).toBe(3 * 400 + 4)
  const { y } = g.batchNormalizationTraining(g.reshape(x, [10, 10]), g.constantOf('float32', [10], () => 1), g.constantOf('float32', [10], () => 0)) // prettier-ignore
  expect(peakBytes(program(x, { y }))).toBe(2 * 400 + 2 * 40)
})

test('element types count by their width', () => {
  const x = g.input('x', { dtype: 'float64', shape: [100] })
  expect(peakBytes(program(x, { y: g.greater(x, 0) }))).toBe(800 + 100 + 8)
})
