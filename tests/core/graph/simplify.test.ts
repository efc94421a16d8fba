// Simplifying: the results stay the same to the last bit, and what has no effect is gone.
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import { simplify } from '../../../src/core/graph/simplify.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import { Draw } from '../../conformance/operators/case.ts'
import { operatorCases } from '../../conformance/operators/index.ts'

const x = g.input('x', { dtype: 'float32', shape: [2, 3] })
const y = g.input('y', { dtype: 'float32', shape: [2, 3] })

function simplifyValues(values: readonly Value[]): Value[] {
  const program: Program = { feeds: {}, reads: {}, outputs: Object.fromEntries(values.map((value, i) => [i, value])), updates: {} }
  return Object.values(simplify(program).outputs)
}

function simplified(value: Value): Value {
  const [result] = simplifyValues([value])
  if (!result) throw new Error('no result')
  return result
}

function operators(...values: Value[]): string[] {
  return topological(values).map(({ op }) => op)
}

describe('what has no effect', () => {
  it.each<[string, Value]>([
    ['Identity', g.identity(g.identity(x))],
    ['x + 0', g.add(x, 0)],
    ['0 + x', g.add(0, x)],
    ['x - 0', g.sub(x, 0)],
    ['x * 1', g.mul(x, 1)],
    ['1 * x, expanded', g.mul(g.full('float32', [2, 3], 1), x)],
    ['x / 1', g.div(x, 1)],
    ['x to the power of 1', g.pow(x, 1)],
    ['-(-x)', g.neg(g.neg(x))],
    ['a reshape and back', g.reshape(g.flatten(g.reshape(x, [3, 2]), 0), [2, 3])],
    ['squeezing what was unsqueezed', g.squeeze(g.unsqueeze(x, [0, 3]), [0, 3])],
    ['a transposition and back', g.transpose(g.transpose(x))],
    [
      'a cycle of transpositions',
      g.squeeze(g.transpose(g.transpose(g.transpose(g.unsqueeze(x, [0]), [1, 2, 0]), [1, 2, 0]), [1, 2, 0]), [0]),
    ],
    ['Expand to the same shape', apply('Expand', [x], { shape: [2, 3] })],
    ['Cast to the same type', apply('Cast', [x], { to: 'float32' })],
    ['Clip without limits', g.clip(x)],
    ['Concat of one', apply('Concat', [x], { axis: 0 })],
    ['Split into one', apply('Split', [x], { axis: 1, split: [3] })],
    ['Slice of everything', g.slice(x, [0, 0], [2, 3])],
    ['Pad by nothing', g.pad(x, [0, 0, 0, 0])],
    ['Tile once', g.tile(x, [1, 1])],
    ['a sum over extent 1', g.reduceSum(g.unsqueeze(x, [1]), [1])],
  ])('%s is removed', (_, value) => expect(simplified(value)).toBe(x))

  it.each<[string, Value]>([
    [
      'x + 0 that widens',
      g.add(
        x,
        g.constantOf('float32', [4, 2, 3], () => 0),
      ),
    ],
    ['0 - x', g.sub(0, x)],
    ['1 / x', g.div(1, x)],
    ['x * 0', g.mul(x, 0)],
    ['a transposition', g.transpose(x)],
    ['a Cast that loses', g.cast(g.cast(x, 'int32'), 'float32')],
    ['a Slice backwards', g.slice(x, [-1], [-10], [0], [-1])],
  ])('%s is kept', (_, value) => expect(operators(simplified(value))).toEqual(operators(value)))
})

describe('smaller forms', () => {
  it('broadcast instead of expanding', () => {
    const row = g.input('row', { dtype: 'float32', shape: [3] })
    expect(operators(simplified(g.mul(g.expand(row, [2, 3]), x)))).toEqual(['Input', 'Input', 'Mul'])
    expect(operators(simplified(g.mul(g.expand(row, [2, 3]), g.expand(row, [2, 3]))))).toContain('Expand')
  })

  it('merge equal nodes, in every output', () => {
    const parts = (): readonly Value[] => g.split(g.relu(g.add(x, y)), [1, 2], 1)
    const [a, b] = [parts(), parts()]
    const results = simplifyValues([...a, ...b])
    expect(results.slice(0, 2)).toEqual(results.slice(2))
    expect(operators(...results)).toEqual(['Input', 'Input', 'Add', 'Relu', 'Split'])
  })

  it('tell attributes, inputs and constants apart', () => {
    const values = [
      g.clip(x, 0, Infinity),
      g.clip(x, -Infinity, 0),
      ...[0, -0, Infinity, -Infinity].map((value) => g.pad(x, [1, 0, 0, 0], 'constant', value)),
      g.sub(x, y),
      g.sub(y, x),
      g.div(x, -0),
      g.div(x, 0),
      g.gather(
        x,
        g.constantOf('int32', [1], () => 1),
      ),
      g.gather(
        x,
        g.constantOf('int64', [1], () => 1),
      ),
    ]
    expect(new Set(simplifyValues(values)).size).toBe(values.length)
  })

  it('compute constants', () => {
    const scale = g.div(g.constantOf('float32', [3], () => 2), g.sqrt(g.add(g.constantOf('float32', [3], (i) => i), 1))) // prettier-ignore
    expect(operators(simplified(g.mul(x, scale)))).toEqual(['Input', 'Constant', 'Mul'])
  })

  it('do not write out what a constant expands to', () => {
    for (const extent of [100, 1000])
      expect(operators(simplified(g.full('float32', [extent, extent], 0.5)))).toEqual(['Constant', 'Expand'])
  })
})

describe('StopGradient', () => {
  it('is gone from programs, whose leaves stay', () => {
    const loss = g.reduceSum(g.mul(g.add(g.stopGradient(g.stopGradient(x)), 0), x))
    const program = simplify({ feeds: { x }, reads: { y }, outputs: { loss, same: x }, updates: { y: g.identity(y) } })
    expect(operators(...Object.values(program.outputs))).toEqual(['Input', 'Mul', 'ReduceSum'])
    expect(program).toMatchObject({ feeds: { x }, reads: { y }, outputs: { same: x }, updates: { y } })
  })
})

describe('the meaning', () => {
  it.each(operatorCases)('of $name stays', ({ build }) => {
    const draw = new Draw('float32')
    const built = build(draw)
    const values = Array.isArray(built) ? (built as Value[]) : [built as Value]
    expect(evaluate(simplifyValues(values), draw.feeds)).toEqual(evaluate(values, draw.feeds))
  })

  it('of two transpositions in a row stays', () => {
    const perms = [0, 1, 2].flatMap((i) => [1, 2].map((j) => [i, (i + j) % 3, (i - j + 3) % 3]))
    const cube = g.input('cube', { dtype: 'float32', shape: [2, 3, 4] })
    const feeds = {
      cube: tensor(
        'float32',
        [2, 3, 4],
        Array.from({ length: 24 }, (_, i) => i),
      ),
    }
    for (const first of perms) {
      for (const second of perms) {
        const value = g.transpose(g.transpose(cube, first), second)
        expect(evaluate([simplified(value)], feeds), `${first.join()} then ${second.join()}`).toEqual(evaluate([value], feeds))
      }
    }
  })

  const steps: readonly ((a: Value, b: Value, i: number) => Value)[] = [
    (a, b) => g.add(a, b),
    (a, b) => g.mul(a, b),
    (a, b) => g.max(g.sub(a, b), 0),
    (a) => g.neg(a),
    (a) => g.relu(a),
    (a, _, i) => g.add(a, i % 2),
    (a, _, i) => g.mul(a, i % 3),
    (a) => g.transpose(g.reshape(a, [3, 2])),
    (a) => g.transpose(g.unsqueeze(g.transpose(a), [1]), [1, 2, 0]),
    (a) => g.reshape(a, [2, 3]),
    (a) => g.slice(a, [0], [a.shape[0] ?? 1]),
    (a) => g.expand(g.reduceMean(a, [0], 1), a.shape),
    (a, b) => g.mul(g.expand(g.reduceSum(a), b.shape), b),
    (a) => g.concat(g.split(g.reshape(a, [6]), [2, 4], 0), 0),
    (_, __, i) => g.full('float32', [2, 3], i - 2),
    (a) => g.stopGradient(a),
  ]
  const graphs = array(
    record({
      step: constantFrom(...steps),
      a: integer({ min: 0, max: 99 }),
      b: integer({ min: 0, max: 99 }),
      i: integer({ min: 0, max: 5 }),
    }),
    { minLength: 3, maxLength: 25 },
  )

  it('of any graph stays, and nothing is computed twice', () => {
    const feeds = { x: tensor('float32', [2, 3], [1, -2, 3, -4, 5, -6]), y: tensor('float32', [2, 3], [0, 1, 0, -1, 2, 0.5]) }
    assert(
      property(graphs, (plan) => {
        const pool: Value[] = [x, y]
        for (const { step, a, b, i } of plan) {
          const made = step(pool[a % pool.length] ?? x, pool[b % pool.length] ?? y, i)
          pool.push(made.shape.length === 2 && made.shape[0] === 2 ? made : g.reshape(made, [2, 3]))
        }
        const results = simplifyValues(pool)
        // The sign of zero may change: -0 + 0 is 0.
        const numbers = (values: Value[]): number[][] => evaluate(values, feeds).map((t) => toNumbers(t).map((n) => n + 0))
        expect(numbers(results)).toEqual(numbers(pool))
        expect(operators(...results).length).toBeLessThanOrEqual(operators(...pool).length)
        expect(simplifyValues(results).map((value, i) => value === results[i])).not.toContain(false)
      }),
      { numRuns: 150, seed: 3 },
    )
  })
})
