// What a phase of a run takes over from the one before.
import { expect, it } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { methodById } from '../../../src/core/methods/index.ts'
import { selfTuning } from '../../../src/core/methods/self-tuning.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { budgets } from '../../../src/core/train/plan.ts'
import { runSettings } from '../../../src/core/train/settings.ts'
import { preparePhase } from '../../../src/engine/training/phase.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const [first, second] = budgets.standard
const choice = {
  backbone: new Backbone(readOnnx(tinyBackbone()), { imageSize: 32 }),
  classes: 3,
  method: selfTuning.configure({ projection: 8, queueSize: 4 }),
  settings: runSettings.parse({ bottleneck: 16 }),
  seed: 0,
}

it('goes on with the trained weights and with the keys in the queues', () => {
  const before = preparePhase({ ...choice, phase: first!, carried: {} })
  const keys = before.variables['queue/shared']!
  const queue: HostTensor = tensor('float32', keys.shape, new Array<number>(keys.data.length).fill(0.5))
  const pointer: HostTensor = tensor('int32', [3], [1, 2, 3])
  const weight = Object.keys(before.initial).find((name) => name.startsWith('query/classifier/'))!
  const trained = tensor('float32', before.initial[weight]!.shape)
  const carried = { 'queue/shared': queue, 'queue/shared/pointer': pointer, [weight]: trained }
  const { variables, fresh, step } = preparePhase({ ...choice, phase: second!, carried })
  for (const [name, value] of Object.entries(carried)) expect(variables[name], name).toBe(value)
  expect(fresh['queue/shared']).not.toEqual(queue)
  expect(Object.keys(step.initial)).toEqual(expect.arrayContaining(Object.keys(carried)))
  expect(step.initial['queue/shared']).toBe(queue)
})

it('goes on with averages over steps and with what is kept of each image; a teacher begins as the trained model', () => {
  const counts = { images: 7, unlabelled: 4 }
  for (const [id, kept] of [
    ['freematch', 'freematch/prediction'],
    ['flexmatch', 'flexmatch/learnt'],
  ] as const) {
    const of = { ...choice, counts, method: methodById(id).configure({}) }
    const value = preparePhase({ ...of, phase: first!, carried: {} }).step.initial[kept]!
    const later: HostTensor = tensor(value.dtype, value.shape, new Array<number>(value.data.length).fill(1))
    expect(preparePhase({ ...of, phase: second!, carried: { [kept]: later } }).step.initial[kept]).toBe(later)
    if (id === 'flexmatch') expect(value.shape).toEqual([counts.images])
  }
  const weight = tensor('float32', [3, 16])
  const method = methodById('mean-teacher').configure({})
  const { step } = preparePhase({ ...choice, counts, method, phase: second!, carried: { 'query/classifier/weight': weight } })
  expect(step.initial['teacher/classifier/weight']).toBe(weight)
})
