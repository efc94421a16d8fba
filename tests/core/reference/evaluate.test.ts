// The reference engine's arithmetic and what it refuses. Its operators are tested in tests/conformance.
import { describe, expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { DType } from '../../../src/core/tensor/tensor.ts'

const of = (dtype: DType, ...values: number[]): Value => g.constantOf(dtype, [values.length], (i) => values[i] ?? 0)
const numbers = (value: Value): number[] => evaluate([value]).flatMap(toNumbers)

describe('arithmetic', () => {
  it('is in float64 within an operator, and stored in the type of the tensor', () => {
    // Added one by one in float32, the ones would be lost.
    expect(numbers(g.reduceSum(of('float32', 2 ** 24, 1, 1)))).toEqual([2 ** 24 + 2])
    expect(numbers(g.mul(of('float32', 0.1), of('float32', 3)))).toEqual([Math.fround(Math.fround(0.1) * 3)])
    expect(numbers(g.mul(of('float64', 0.1), of('float64', 3)))).toEqual([0.1 * 3])
  })

  it('of integers truncates and wraps around', () => {
    expect(numbers(g.div(of('int32', -7, 7), of('int32', 2, -2)))).toEqual([-3, -3])
    expect(numbers(g.add(of('uint8', 250), of('uint8', 10)))).toEqual([4])
    expect(numbers(g.cast(of('float32', -1.9, 1.9, NaN), 'int64'))).toEqual([-1, 1, 0])
    expect(numbers(g.mod(of('int64', -7, 7), of('int64', 3, -3)))).toEqual([2, -2])
    expect(numbers(g.mod(of('int64', -7, 7), of('int64', 3, -3), 1))).toEqual([-1, 1])
  })

  it('compares and moves int64 exactly', () => {
    const [large, next] = [2n ** 62n, 2n ** 62n + 1n].map((value) => g.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(value) })) as [Value, Value] // prettier-ignore
    expect(numbers(g.equal(large, next))).toEqual([0])
    expect(evaluate([g.concat([next, large], 0)])[0]?.data).toEqual(BigInt64Array.of(2n ** 62n + 1n, 2n ** 62n))
  })

  it('hands NaN on', () => {
    const x = of('float32', 1, NaN, 2, 0)
    expect(numbers(g.reduceMax(x))).toEqual([NaN])
    expect(numbers(g.relu(x))).toEqual([1, NaN, 2, 0])
    expect(numbers(g.maxPool(g.reshape(x, [1, 1, 4]), { kernel_shape: [2] }))).toEqual([NaN, NaN, 2])
    expect(numbers(g.clip(x, 0, 1))).toEqual([1, NaN, 1, 0])
  })

  it('knows erf to the last digits (Abramowitz and Stegun, table 7.1)', () => {
    const found = numbers(g.erf(of('float64', 0.5, 1, 2, -0.02, 7)))
    const table = [0.5204998778130465, 0.8427007929497149, 0.9953222650189527, -0.022564574691844943, 1]
    found.forEach((value, i) => expect(Math.abs(value - table[i]!)).toBeLessThan(4e-16))
  })
})

describe('evaluating', () => {
  it('names an input that is missing or of another type', () => {
    const y = g.add(g.input('x', { dtype: 'float32', shape: [2] }), 1)
    expect(() => evaluate([y])).toThrow('input x was given no value')
    expect(() => evaluate([y], { x: tensor('float64', [2]) })).toThrow('x: expected float32[2], found float64[2]')
  })

  it('names the operator that an index does not fit', () => {
    expect(() => evaluate([g.gather(of('float32', 1, 2), of('int64', 5))])).toThrow(
      'Gather(float32[2], int64[1]): index 5 is out of range for an axis of 2',
    )
  })

  it('returns what is asked for, twice and with what lies between', () => {
    const a = g.neg(of('float32', 1, 2))
    const b = g.exp(a)
    expect(evaluate([b, a, b]).map(toNumbers)).toEqual([numbers(b), [-1, -2], numbers(b)])
  })
})
