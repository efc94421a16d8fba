// DELTA: its term against TLlib's; which feature maps it holds, and to which ones.
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/core/graph/apply.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { delta } from '../../../src/core/methods/delta.ts'
import { pretrainedFeature } from '../../../src/core/nn/pretrained.ts'
import { behaviouralDistance } from '../../../src/core/nn/regularisation.ts'
import { constant, transpose } from '../../../src/core/graph/build.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { engines } from '../../conformance/engines.ts'
import { describeGolden, difference, golden, goldenConstant, valueAndGradient } from '../../support/golden.ts'
import { oneStep, phaseOf } from '../../support/one-step.ts'

describeGolden('DELTA against TLlib', () => {
  it.each(engines)('has its value and gradient on $name', async (engine) => {
    const [start, attention] = [goldenConstant('delta.map_source'), goldenConstant('delta.channel_attention')]
    const loss = (map: Value): Value => behaviouralDistance(map, start, 1, attention)
    const { value, gradient } = await valueAndGradient(engine, loss, golden('delta.map_target'))
    expect(difference(value, golden('delta.loss'))).toBeLessThan(1e-6)
    expect(difference(gradient, golden('delta.grad_map_target'))).toBeLessThan(1e-6)
  })
})

describe('DELTA', () => {
  it('is the same where channels come last, and without attention where it is equal', async () => {
    const [engine] = engines
    const start = tensor('float32', [2, 3, 2, 2], Array.from({ length: 24 }, (_, i) => Math.sin(i))) // prettier-ignore
    const map = tensor('float32', [2, 3, 2, 2], Array.from({ length: 24 }, (_, i) => Math.cos(i))) // prettier-ignore
    const equal = constant(tensor('float32', [3], [1 / 3, 1 / 3, 1 / 3]))
    const last = (x: Value): Value => transpose(x, [0, 2, 3, 1])
    const first = await valueAndGradient(engine!, (x) => behaviouralDistance(x, constant(start), 1, equal), map)
    const turned = await valueAndGradient(engine!, (x) => behaviouralDistance(last(x), last(constant(start)), 3), map)
    expect(difference(turned.value, first.value)).toBeLessThan(1e-6)
    expect(difference(turned.gradient, first.gradient)).toBeLessThan(1e-6)
  })

  const maps = (depth: 'head' | 'all' | number): (readonly number[])[] => {
    const { model, sample } = phaseOf(delta, { depth })
    const found: (readonly number[])[] = []
    pretrainedFeature(model, input('x', { dtype: 'float32', shape: [2, ...sample] }), ({ shape }) => found.push(shape))
    return found
  }

  it('holds the maps at the ends of the stages that are trained, the last one before it is pooled', () => {
    expect(maps('all').at(-1)).toEqual([2, 32, 4, 4])
    expect(maps('all').length).toBeGreaterThan(maps(1).length)
    expect(maps(1)).toEqual([[2, 32, 4, 4]])
    expect(maps('head')).toEqual([])
    expect(phaseOf(delta, { depth: 'head' }).step.terms).toEqual(['labelledCe', 'headWeights'])
  })

  const frozen = { batchNorm: 'frozen' }
  const moved = (): Record<string, HostTensor> => {
    const { model, initial } = phaseOf(delta, { depth: 'all' })
    const changed = (name: string): HostTensor => tensor('float32', initial[name]!.shape, toNumbers(initial[name]!).map((x) => 1.1 * x)) // prettier-ignore
    return Object.fromEntries(model.trainable('query', 'backbone').map((name) => [name, changed(name)]))
  }

  it.each(['all', 1] as const)(
    'holds them to those of the file, whatever an earlier phase has made of its weights (depth %s)',
    async (depth) => {
      const start = await oneStep(phaseOf(delta, { depth, run: frozen }))
      expect(Number(start.outputs['loss/behaviour']!.data[0])).toBeLessThan(1e-9)
      const later = await oneStep(phaseOf(delta, { depth, run: frozen, carried: moved() }))
      expect(Number(later.outputs['loss/behaviour']!.data[0])).toBeGreaterThan(1e-6)
    },
  )

  it('makes the same step where activations are recomputed', async () => {
    const [plain, recomputed] = await Promise.all(
      [false, true].map((recompute) => oneStep(phaseOf(delta, { depth: 'all', run: { recompute }, carried: moved() }), { rate: 0.1 })),
    )
    for (const [name, value] of Object.entries(plain!.state)) expect(difference(recomputed!.state[name], value), name).toBeLessThan(1e-6)
  })
})
