// Own cases: the reference engine's gradient operators against finite differences, every other engine against the reference.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../../src/core/graph/ops/index.ts'
import type { Engine } from '../../../src/core/graph/program.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { mul, reduceSum } from '../../../src/core/graph/build.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { difference } from '../compare.ts'
import { engines, missing, takes } from '../engines.ts'
import { Draw } from './case.ts'
import type { OperatorCase } from './case.ts'
import { gradientCases, operatorCases } from './index.ts'

/** Single precision, a handful of operations deep. */
const usual = { relative: 1e-5, absolute: 1e-6 }

function built(test: OperatorCase): { values: readonly Value[]; draw: Draw } {
  const draw = new Draw('float32')
  const result = test.build(draw)
  return { values: Array.isArray(result) ? (result as Value[]) : [result as Value], draw }
}

describe('own cases', () => {
  it('cover every operator of the table', () => {
    const covered = new Set(operatorCases.flatMap((test) => topological(built(test).values).map(({ op }) => op)))
    expect(Object.keys(ops).filter((op) => !(covered as Set<string>).has(op))).toEqual([])
  })

  it('have names of their own', () => {
    const names = operatorCases.map(({ name }) => name)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})

describe('gradient operators of the reference engine against finite differences', () => {
  it.each(gradientCases)('$name', ({ build }) => {
    const draw = new Draw('float64')
    const { x, y, gradient } = build(draw)
    const dy = draw.normal(...y.shape)
    const loss = reduceSum(mul(y, dy))
    const name = (x.node.attributes as { name: string }).name
    const at = draw.feeds[name]
    if (!at) throw new Error(`${name} is no leaf`)
    const dx = toNumbers(evaluate([gradient(dy)], draw.feeds)[0] as HostTensor)
    const random = new Random(7)
    for (let i = 0; i < 4; i++) {
      const direction = dx.map(() => random.normal())
      const lossAt = (step: number): number => {
        const moved = toNumbers(at).map((value, j) => value + step * (direction[j] ?? 0))
        return toNumbers(evaluate([loss], { ...draw.feeds, [name]: tensor('float64', at.shape, moved) })[0] as HostTensor)[0] ?? NaN
      }
      const step = 1e-4
      const measured = (lossAt(step) - lossAt(-step)) / (2 * step)
      const derived = dx.reduce((sum, value, j) => sum + value * (direction[j] ?? 0), 0)
      expect(Math.abs(derived - measured) / Math.max(1, Math.hypot(...dx)), `${derived} against ${measured}`).toBeLessThan(1e-6)
    }
  })
})

const others = engines.filter(({ name }) => name !== 'reference')

it.skipIf(missing.length > 0)(`every engine is there ${missing.join('; ')}`, () => {
  expect(missing).toEqual([])
})

describe.each(others)('$name against the reference engine', (tested) => {
  const { create } = tested
  let engine: Engine
  beforeAll(() => void (engine = create()))
  afterAll(() => engine.dispose())

  it.each(operatorCases.filter(({ name }) => takes(tested, name)))('$name', async (test) => {
    const { values, draw } = built(test)
    const feeds = topological(values).flatMap(({ op, outputs }) => (op === 'Input' ? outputs : []))
    const program = {
      feeds: Object.fromEntries(feeds.map((leaf) => [(leaf.node.attributes as { name: string }).name, leaf])),
      reads: {},
      outputs: Object.fromEntries(values.map((value, i) => [`y${i}`, value])),
      updates: {},
    }
    const executable = await engine.compile(program)
    const outputs = await executable.run(await engine.createState({}), draw.feeds)
    executable.dispose()
    evaluate(values, draw.feeds).forEach((expected, i) =>
      expect(difference(outputs[`y${i}`], expected, test.tolerance ?? usual), `output ${i}`).toBeNull(),
    )
  })
})
