// Every gradient rule against finite differences, first and second order.
import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import { gradients } from '../../../src/core/autodiff/gradients/index.ts'
import { none } from '../../../src/core/autodiff/rule.ts'
import { input, reduceSum } from '../../../src/core/graph/build.ts'
import { ops } from '../../../src/core/graph/ops/index.ts'
import type { OpType } from '../../../src/core/graph/ops/index.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { deriveSeed, Random } from '../../../src/core/tensor/random.ts'
import { cases, refusals } from './cases.ts'
import type { Case } from './cases.ts'
import { checkGradient, draw, leaves, randomProjection } from './finite-differences.ts'

const all = Object.keys(ops) as OpType[]

function outputsOf({ build }: Case, x: readonly Value[]): readonly Value[] {
  return [build(...x)].flat()
}

describe('the gradient table', () => {
  it('has a case for every rule through which something flows, and for no other operator', () => {
    const checked = all.filter((op) => cases[op] || refusals[op])
    expect(checked).toEqual(all.filter((op) => gradients[op] !== none))
  })

  for (const op of all)
    cases[op]?.forEach((one, index) => {
      it(`${op} ${index} agrees with finite differences`, () => {
        const random = new Random(deriveSeed(1, op, index))
        const point = one.inputs.map((drawn) => draw(random, drawn))
        const x = leaves(point)
        const outputs = outputsOf(one, x)
        expect(topological(outputs).map((node) => node.op)).toContain(op)
        const loss = randomProjection(random, outputs)
        checkGradient(loss, x, point, random)
        if (one.twice !== false) checkGradient(randomProjection(random, differentiate(loss, x)), x, point, random)
      })
    })

  it('keeps to the element type of the graph', () => {
    for (const one of Object.values(cases).flat()) {
      const x = one.inputs.map(({ shape }, i) => input(`x${i}`, { dtype: 'float32', shape }))
      const outputs = outputsOf(one, x).filter((y) => y.dtype === 'float32')
      for (const y of outputs) for (const g of differentiate(reduceSum(y), x)) expect(g.dtype).toBe('float32')
    }
  })

  for (const [op, build] of Object.entries(refusals))
    it(`${op} refuses its own gradient by name`, () => {
      const x = input('x', { dtype: 'float64', shape: [2, 3, 4, 4] })
      const vector = input('v', { dtype: 'float64', shape: [3] })
      expect(() => differentiate(build(x, vector), [x])).toThrow(`${op} cannot be differentiated`)
    })
})
