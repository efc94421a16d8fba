// L2-SP: its penalty against TLlib's, and that the weights decay to the pre-trained ones in every phase.
import { describe, expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { l2Sp } from '../../../src/core/methods/l2-sp.ts'
import { halfSquare } from '../../../src/core/nn/regularisation.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import { engines } from '../../conformance/engines.ts'
import { describeGolden, difference, golden, goldenConstant, valueAndGradient } from '../../support/golden.ts'
import { oneStep, phaseOf } from '../../support/one-step.ts'

describeGolden('L2-SP against TLlib', () => {
  it.each(engines)('has its value and gradient on $name', async (engine) => {
    const loss = (w: g.Operand): ReturnType<typeof halfSquare> => halfSquare(g.sub(w, goldenConstant('l2_sp.weight_start')))
    const { value, gradient } = await valueAndGradient(engine, loss, golden('l2_sp.weight'))
    expect(difference(value, golden('l2_sp.half_squared_distance'))).toBeLessThan(1e-6)
    expect(difference(gradient, golden('l2_sp.grad_weight'))).toBeLessThan(1e-6)
  })
})

describe('L2-SP', () => {
  const settings = { startDecay: 0.2, headDecay: 0.01 }
  const trainedTo = (offset: number) => {
    const { model, initial } = phaseOf(l2Sp, { depth: 'all' })
    const moved = model.trainable('query', 'backbone').map((name) => {
      const { shape } = initial[name]!
      return [
        name,
        tensor(
          'float32',
          shape,
          toNumbers(initial[name]!).map((x) => x + offset),
        ),
      ] as const
    })
    return Object.fromEntries(moved)
  }

  it('measures the distance from the weights of the file, not from those that an earlier phase has made', async () => {
    const start = await oneStep(phaseOf(l2Sp, { depth: 'all', settings }))
    expect(toNumbers(start.outputs['loss/startWeights']!)).toEqual([0])
    const carried = trainedTo(0.5)
    const later = await oneStep(phaseOf(l2Sp, { depth: 'all', settings, carried }))
    const elements = Object.values(carried).reduce((sum, { data }) => sum + data.length, 0)
    expect(toNumbers(later.outputs['loss/startWeights']!)[0]! / (0.1 * 0.25 * elements)).toBeCloseTo(1, 4)
  })

  it('keeps no copy of them in the state', () => {
    const { step, initial } = phaseOf(l2Sp, { depth: 'all', run: { momentum: 0 } })
    expect(Object.keys(initial)).toEqual(expect.arrayContaining(Object.keys(step.initial)))
  })

  it('decays the head alone where nothing else is trained', () =>
    expect(phaseOf(l2Sp, { depth: 'head', settings }).step.terms).toEqual(['labelledCe', 'headWeights']))

  it('makes the same step where activations are recomputed', async () => {
    const [plain, recomputed] = await Promise.all(
      [false, true].map((recompute) =>
        oneStep(phaseOf(l2Sp, { depth: 'all', settings, run: { recompute }, carried: trainedTo(0.01) }), { rate: 0.1 }),
      ),
    )
    for (const [name, value] of Object.entries(plain!.state)) expect(difference(recomputed!.state[name], value), name).toBeLessThan(1e-6)
  })
})
