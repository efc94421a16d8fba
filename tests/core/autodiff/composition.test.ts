// Random small graphs, with values used many times or never, against finite differences.
import fc from 'fast-check'
import { it } from 'vitest'
import * as b from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { checkGradient, draw, leaves, randomProjection } from './finite-differences.ts'

/** Steps from two matrices [3, 3] to one, smooth and bounded enough that long chains stay near 1. */
type Step = (x: Value, y: Value) => Value
const smooth: readonly Step[] = [
  (x, y) => b.mul(b.add(x, y), 0.5),
  (x, y) => b.sub(x, b.mul(y, 0.3)),
  (x, y) => b.mul(x, b.tanh(y)),
  (x, y) => b.div(x, b.add(b.mul(y, y), 1)),
  (x, y) => b.mul(b.matMul(x, y), 0.5),
  (x, y) => b.gemm(x, y, x, { alpha: 0.4, transA: 1, transB: 1 }),
  (x) => b.sin(x),
  (x) => b.sigmoid(x),
  (x) => b.gelu(x),
  (x) => b.softmax(x, 0),
  (x) => b.transpose(x),
  (x, y) => b.sub(x, b.reduceMean(y, [0], 1)),
  (x, y) => b.mul(x, b.reduceSum(b.softmax(y), [1], 1)),
  (x, y) => b.slice(b.concat([x, y], 0), [2], [5], [0]),
  (x, y) => b.reshape(b.concat(b.split(b.concat([x, y], 1), [2, 4], 1).slice(1), 1), [3, 4]),
]
const steps = smooth.map(
  (step): Step =>
    (x, y) =>
      b.slice(step(x, y), [0, 0], [3, 3]),
)

it('differentiates any composition', () => {
  const graph = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 })
  fc.assert(
    fc.property(graph, fc.integer(), (plan, seed) => {
      const random = new Random(seed)
      const point = [0, 1, 2].map(() => draw(random, { shape: [3, 3], from: 'normal' }))
      const x = leaves(point)
      const values = [...x]
      const pick = (k: number): Value => values[k % values.length] ?? x[0]!
      for (const [step, i, j] of plan) values.push((steps[step % steps.length] ?? b.add)(pick(i), pick(j)))
      checkGradient(randomProjection(random, values.slice(-2)), x, point, random)
    }),
    { numRuns: 60 },
  )
})
