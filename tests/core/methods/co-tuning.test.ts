// Co-Tuning: relationship of classes, loss and gradient against TLlib's; what it learns the relationship from, and what it trains.
import { describe, expect, it } from 'vitest'
import { constant, input } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { coTuning } from '../../../src/core/methods/co-tuning.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { sourceTargets, withBatch } from '../../../src/core/nn/category-relationship.ts'
import type { Relationship } from '../../../src/core/nn/category-relationship.ts'
import { softCrossEntropies } from '../../../src/core/nn/losses.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { buildPrimingStep } from '../../../src/core/train/training-step.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { engines } from '../../conformance/engines.ts'
import { describeGolden, difference, golden, goldenConstant, valueAndGradient } from '../../support/golden.ts'
import { noiseFeeds, oneStep, phaseOf } from '../../support/one-step.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const empty = (classes: number, sources: number): Relationship => ({
  sums: constant(tensor('float32', [classes, sources])),
  counts: constant(tensor('float32', [classes])),
})

/** Of all images, batch by batch. */
function learnt(probabilities: Value, labels: Value, batch: number): Relationship {
  const [images] = labels.shape as [number]
  let relationship = empty(5, 9)
  for (let from = 0; from < images; from += batch) {
    const part = (x: Value): Value => g.slice(x, [from], [from + batch], [0])
    relationship = withBatch(relationship, part(probabilities), part(labels))
  }
  return relationship
}

describeGolden('Co-Tuning against TLlib', () => {
  it.each(engines)('has its relationship, value and gradient on $name', async (engine) => {
    const all = constant(tensor('int32', [5], [0, 1, 2, 3, 4]))
    const rows = (p: Value): Value => sourceTargets(learnt(p, goldenConstant('co_tuning.label'), 8), all)
    const p = input('x', golden('co_tuning.source_probability'))
    const made = engine.create()
    const executable = await made.compile({ feeds: { x: p }, reads: {}, outputs: { table: rows(p) }, updates: {} })
    const { table } = await executable.run(await made.createState({}), { x: golden('co_tuning.source_probability') })
    await made.dispose()
    expect(difference(table, golden('co_tuning.relationship_direct'))).toBeLessThan(1e-6)

    const loss = (logits: Value): Value =>
      g.reduceMean(
        softCrossEntropies(
          logits,
          sourceTargets(
            learnt(goldenConstant('co_tuning.source_probability'), goldenConstant('co_tuning.label'), 40),
            goldenConstant('co_tuning.batch_label'),
          ),
        ),
      )
    const { value, gradient } = await valueAndGradient(engine, loss, golden('co_tuning.source_logits'))
    expect(difference(value, golden('co_tuning.loss'))).toBeLessThan(1e-6)
    expect(difference(gradient, golden('co_tuning.grad_source_logits'))).toBeLessThan(1e-5)
  })
})

describe('Co-Tuning', () => {
  const backbone = new Backbone(readOnnx(tinyBackbone({ classes: 7 })), { imageSize: 32 })

  /** The state after priming by a batch, which has no image of the last class. */
  async function primed(depth: 'head' | 'all', carried: Record<string, HostTensor> = {}): Promise<Readonly<Record<string, HostTensor>>> {
    const prepared = phaseOf(coTuning, { depth, backbone, carried })
    const { model, sample, variables, stepSettings } = prepared
    const priming = buildPrimingStep(model, coTuning.configure({}), stepSettings, sample, variables)!
    expect(priming.batches).toBe((3 * 32) / 4)
    const engine = new OnnxRuntimeEngine({ threads: 1 })
    const executable = await engine.compile(priming.program)
    const state = await engine.createState(prepared.step.initial)
    const feeds = noiseFeeds(prepared, 0)
    await executable.run(state, { 'labelled/0': feeds['labelled/0']!, labels: tensor('int32', [4], [0, 1, 1, 1]) })
    const after = await state.read()
    await engine.dispose()
    return after
  }

  it('learns what the labels mean by the network of the file, whatever an earlier phase has made of it', async () => {
    const state = await primed('all')
    expect(toNumbers(state['relationship/counts']!)).toEqual([1, 3, 0])
    const rows = [0, 7, 14].map((from) => toNumbers(state['relationship/sums']!).slice(from, from + 7).reduce((a, b) => a + b, 0)) // prettier-ignore
    rows.forEach((sum, i) => expect(sum).toBeCloseTo([1, 3, 0][i]!, 5))
    const { initial, model } = phaseOf(coTuning, { depth: 'all', backbone })
    const trained = [...model.trainable('query', 'backbone'), ...model.trainable('query', 'source')]
    const carried = Object.fromEntries(trained.map((name) => [name, tensor('float32', initial[name]!.shape)]))
    const later = await primed('all', carried)
    expect(later['relationship/sums']).toEqual(state['relationship/sums'])
  })

  it.each(['head', 1, 'all'] as const)('trains both classifiers, the own one at the rate of the backbone (depth %s)', async (depth) => {
    const prepared = phaseOf(coTuning, { depth, backbone, run: { momentum: 0, weightDecay: 0 } })
    prepared.step.initial['relationship/sums'] = tensor('float32', [3, 7], new Array<number>(21).fill(1))
    prepared.step.initial['relationship/counts'] = tensor('float32', [3], [7, 7, 7])
    const { outputs, state } = await oneStep(prepared, { rate: 0.1 })
    expect(prepared.step.terms).toEqual(['labelledCe', 'sourceCe'])
    expect(Number(outputs['loss/sourceCe']!.data[0])).toBeGreaterThan(0)
    for (const part of ['source', 'classifier'] as const)
      for (const name of prepared.model.trainable('query', part))
        expect(difference(state[name], prepared.initial[name]), name).toBeGreaterThan(0)
    expect(Object.keys(state).some((name) => name.startsWith('query/source/'))).toBe(true)
  })

  it('gives an image of a class that the relationship has none of no term', async () => {
    const { outputs } = await oneStep(phaseOf(coTuning, { depth: 'all', backbone }))
    expect(Math.abs(Number(outputs['loss/sourceCe']!.data[0]))).toBe(0)
  })

  it('refuses a backbone without a classifier', () =>
    expect(() => phaseOf(coTuning, { depth: 'all' })).toThrow('expected a model with the classifier of its backbone'))
})
