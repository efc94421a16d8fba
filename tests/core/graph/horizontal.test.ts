// Horizontal fusion: the same numbers to the last bit, in fewer nodes.
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { fuseHorizontally } from '../../../src/core/graph/horizontal.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { blend } from '../../../src/core/nn/layers.ts'
import { momentumOf, sgd } from '../../../src/core/nn/optimiser.ts'
import { ProgramBuilder } from '../../../src/core/nn/program-builder.ts'
import { evaluateFrom } from '../../../src/core/reference/evaluate.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../../src/core/tensor/tensor.ts'

const random = new Random(5)
function drawn(shape: Shape): HostTensor {
  const t = tensor('float32', shape)
  for (let i = 0; i < t.data.length; i++) t.data[i] = random.normal()
  return t
}

function results({ outputs, updates }: Program): Value[] {
  return [...Object.values(outputs), ...Object.values(updates)]
}

function size(program: Program): number {
  return topological(results(program)).length
}

/** Outputs and updates of both programs, from the same drawn leaves. */
function both(program: Program): [HostTensor[], HostTensor[]] {
  const leaves = new Map([...Object.values(program.feeds), ...Object.values(program.reads)].map((leaf) => [leaf, drawn(leaf.shape)]))
  const fused = fuseHorizontally(program)
  expect(Object.keys(fused.updates)).toEqual(Object.keys(program.updates))
  return [evaluateFrom(results(program), leaves), evaluateFrom(results(fused), leaves)]
}

const shapes: Shape[] = [[3], [2, 2], [4, 1, 3], [5], [2], [1, 6], [7], [3, 3], [9], [2, 5]]

/** As a training step has it: gradients that differ in kind, decay, momentum, and an average that the step itself reads. */
function step(): Program {
  const initial = Object.fromEntries(
    shapes.flatMap((shape, i) => [`w${i}`, momentumOf(`w${i}`), `key${i}`].map((name) => [name, tensor('float32', shape)])),
  )
  const builder = new ProgramBuilder(initial)
  const rate = builder.feed('rate', { dtype: 'float32', shape: [] })
  const terms = shapes.map((_, i) => {
    const key = blend(builder.get(`key${i}`), builder.get(`w${i}`), 0.25)
    builder.set(`key${i}`, key)
    return g.reduceSum(g.exp(key))
  })
  const loss = terms.reduce((a, b) => g.add(a, b))
  shapes.forEach((shape, i) => {
    const gradient = i % 2 ? g.sin(builder.get(`w${i}`)) : g.mul(g.exp(g.neg(builder.get(`key${i}`))), g.expand(loss, shape))
    sgd(builder, `w${i}`, gradient, rate, { momentum: 0.9, nesterov: true, weightDecay: 0.1 })
  })
  return builder.finish({ loss })
}

it('updates all variables at once, to the last bit', () => {
  const program = step()
  const [plain, fused] = both(program)
  expect(fused).toEqual(plain)
  expect(size(fuseHorizontally(program))).toBeLessThan(0.75 * size(program))
})

it('joins no more than seven tensors, which is what every WebGPU device takes', () => {
  for (const { op, inputs, outputs } of topological(results(fuseHorizontally(step()))))
    if (op === 'Concat' || op === 'Split') expect(Math.max(inputs.length, outputs.length)).toBeLessThanOrEqual(7)
})

it('leaves alone what is large, and what is one of few', () => {
  const sizes = { large: [2 ** 18 + 1], few: [8] }
  for (const [[extent], count] of [
    [sizes.large, 5],
    [sizes.few, 3],
  ] as const) {
    const reads = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`v${i}`, g.input(`v${i}`, { dtype: 'float32', shape: [extent!] })]),
    )
    const updates = Object.fromEntries(Object.entries(reads).map(([name, value]) => [name, g.mul(value, 0.5)]))
    const program = { feeds: {}, reads, outputs: {}, updates }
    expect(fuseHorizontally(program)).toBe(program)
  }
})

it('takes no update together with one that it needs', () => {
  const count = 6
  const reads = Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, g.input(`v${i}`, { dtype: 'float32', shape: [4] })]))
  const first = g.input('first', { dtype: 'float32', shape: [4] })
  const updates: Record<string, Value> = {}
  let before = first
  for (const [name, value] of Object.entries(reads)) updates[name] = before = g.add(value, g.exp(before))
  const program = { feeds: { first }, reads, outputs: {}, updates }
  expect(fuseHorizontally(program)).toBe(program)
})

it('holds for updates of any form that read variables, scalars and each other', () => {
  const choice = record({ op: constantFrom('add', 'sub', 'mul', 'neg', 'exp'), a: integer({ min: 0, max: 99 }), b: integer({ min: 0, max: 99 }), c: integer({ min: 0, max: 4 }) }) // prettier-ignore
  const recipe = array(choice, { minLength: 1, maxLength: 4 })
  const drawnProgram = record({ recipes: array(recipe, { minLength: 1, maxLength: 3 }), order: array(integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 14 }) }) // prettier-ignore
  assert(
    property(drawnProgram, ({ recipes, order }) => {
      const rate = g.input('rate', { dtype: 'float32', shape: [] })
      const reads: Record<string, Value> = {}
      const updates: Record<string, Value> = {}
      const pool: Value[] = []
      order.forEach((which, i) => {
        const variable = (reads[`v${i}`] = g.input(`v${i}`, { dtype: 'float32', shape: [3] }))
        const own: Value[] = [variable, variable]
        for (const { op, a, b, c } of recipes[which % recipes.length]!) {
          const all = [...own, ...(c === 0 ? pool : [])]
          const [x, y] = [all[a % all.length]!, c === 1 ? rate : all[b % all.length]!]
          own.push(op === 'neg' ? g.neg(x) : op === 'exp' ? g.sin(x) : g[op](x, y))
        }
        updates[`v${i}`] = own.at(-1)!
        pool.push(updates[`v${i}`]!)
      })
      const used = new Set(topological(Object.values(updates)))
      const feeds = used.has(rate.node) ? { rate } : {}
      const [plain, fused] = both({ feeds, reads, outputs: {}, updates })
      expect(fused).toEqual(plain)
    }),
    { numRuns: 200 },
  )
})
