// Rematerialisation: the same gradients to the last bit, from fewer values kept.
import { expect, test } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import { differentiateRecomputing } from '../../../src/core/autodiff/recompute.ts'
import * as g from '../../../src/core/graph/build.ts'
import { peakBytes } from '../../../src/core/graph/memory.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import { simplify } from '../../../src/core/graph/simplify.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { Draw } from '../../conformance/operators/case.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'

const stages = 4

/** Two views of a batch through the same convolutions and batch normalisations, in stages of two layers, then a loss over both. */
function network(): { draw: Draw; loss: Value; weights: Value[]; kept: Value[] } {
  const draw = new Draw('float64')
  const weights: Value[] = []
  const kept: Value[] = []
  const weight = (...shape: number[]): Value => {
    const made = draw.normal(...shape)
    weights.push(made)
    return made
  }
  const views = [draw.normal(4, 3, 8, 8), draw.normal(4, 3, 8, 8)]
  let xs = views
  for (let stage = 0; stage < stages; stage++) {
    for (let layer = 0; layer < 2; layer++) {
      const [w, scale, shift] = [weight(3, 3, 3, 3), weight(3), weight(3)]
      xs = xs.map((x) => {
        const convolved = g.conv(x, w, null, { pads: [1, 1, 1, 1] })
        return g.add(g.relu(g.batchNormalizationTraining(convolved, scale, shift).y), x)
      })
    }
    if (stage < stages - 1) kept.push(...xs)
  }
  const [a, b] = xs.map((x) => g.reduceMean(x, [0, 2, 3]))
  return { draw, loss: g.reduceMean(g.mul(a!, b!)), weights, kept }
}

function programOf(gradients: readonly Value[], loss: Value): Program {
  return { feeds: {}, reads: {}, outputs: { loss }, updates: Object.fromEntries(gradients.map((value, i) => [`w${i}`, value])) }
}

test('gradients are equal to the last bit', () => {
  const { draw, loss, weights, kept } = network()
  const plain = evaluate(differentiate(loss, weights), draw.feeds)
  expect(evaluate(differentiateRecomputing(loss, weights, kept), draw.feeds)).toEqual(plain)
  // Two at a time, of both views.
  expect(evaluate(differentiateRecomputing(loss, weights, kept.slice(2, 4)), draw.feeds)).toEqual(plain)
})

test('fewer bytes are alive at once, after simplifying too', () => {
  const { loss, weights, kept } = network()
  const plain = programOf(differentiate(loss, weights), loss)
  const again = programOf(differentiateRecomputing(loss, weights, kept), loss)
  expect(peakBytes(again)).toBeLessThan(0.75 * peakBytes(plain))
  expect(peakBytes(simplify(again))).toBeLessThan(0.75 * peakBytes(simplify(plain)))
})

test('each stretch is computed twice, and nothing behind the last kept value', () => {
  const { loss, weights, kept } = network()
  const count = (values: readonly Value[]): number => topological(values).filter(({ op }) => op === 'Conv').length
  const before = count([loss, ...differentiate(loss, weights)])
  expect(before).toBe(2 * 2 * stages)
  expect(count([loss, ...differentiateRecomputing(loss, weights, kept)])).toBe(2 * before - 2 * 2)
})

test('without kept values it is plain differentiation', () => {
  const { loss, weights } = network()
  expect(topological(differentiateRecomputing(loss, weights, [])).some(({ op }) => op === 'After')).toBe(false)
})
