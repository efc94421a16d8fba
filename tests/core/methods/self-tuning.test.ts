// Self-Tuning against the released code: six iterations of a tiny network, and the two contrastive losses alone.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import { constant, input } from '../../../src/core/graph/apply.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { selfTuning } from '../../../src/core/methods/self-tuning.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { enqueue, infoNce, pseudoGroupContrast } from '../../../src/core/nn/contrast.ts'
import { l2Normalise } from '../../../src/core/nn/layers.ts'
import { Model } from '../../../src/core/nn/model.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { scalar, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { buildTrainingStep } from '../../../src/core/train/training-step.ts'
import { engines } from '../../conformance/engines.ts'
import { difference } from '../../support/golden.ts'
import { readSafetensors } from '../../support/safetensors.ts'

const golden = new URL('../../../../shared/golden/', import.meta.url)
const here = existsSync(golden)
const whenGolden = here ? describe : describe.skip
const name = `Self-Tuning against the released code${here ? '' : ' (skipped: no ../shared/golden on this machine)'}`

/** WebGPU in software makes a kernel of each operator and shape first. */
const slow = 120_000

whenGolden(name, () => {
  it.each(engines)(
    'reproduces losses, pseudo-labels, queues, pointers and weights over six iterations on $name',
    { timeout: slow },
    async ({ create }) => {
      const g = readSafetensors(new URL('self_tuning.safetensors', golden))
      const backbone = new Backbone(readOnnx(readFileSync(new URL('tiny_backbone.onnx', golden))), { imageSize: 32 })
      const model = new Model({ backbone, cut: null, classes: 5, bottleneck: null, projector: 12, batchNorm: 'train' })
      const method = selfTuning.configure({ projection: 12, queueSize: 8, keyMomentum: 0.999, queueStart: 'random' })
      const random = new Random(0)
      const initial = model.initial('query', random)
      const goldenName = (variable: string): string =>
        variable
          .replace(/^(query|key)\/backbone\//, (_, scope: string) => `encoder_${scope.charAt(0)}.backbone.`)
          .replace(/^(query|key)\/projector\//, (_, scope: string) => `encoder_${scope.charAt(0)}.fc.`)
          .replace(/^query\/classifier\//, 'classifier.classifier_layer.')
      for (const variable of Object.keys(initial)) {
        const value = g[`init.${goldenName(variable)}`]
        if (!value) throw new Error(`no golden start for ${variable}`)
        initial[variable] = value
      }
      const variables: Record<string, HostTensor> = {
        ...initial,
        ...method.variables(model, initial, random, { images: 0, unlabelled: 0 }),
      }
      const start = g['init.queue']
      if (!start) throw new Error('no golden queue')
      variables['queue/shared'] = start
      const step = buildTrainingStep(
        model,
        method,
        {
          momentum: 0.9,
          nesterov: true,
          weightDecay: 1e-4,
          labelledBatch: 4,
          unlabelledBatch: 4,
          rates: { backbone: 1, bottleneck: 1, projector: 1, classifier: 10 },
        },
        [3, 32, 32],
        variables,
      )
      const engine = create()
      const executable = await engine.compile(step.program)
      const state = await engine.createState(step.initial)
      for (let i = 0; i < 6; i++) {
        const feed = (key: string): HostTensor => {
          const value = g[`step${i}.${key}`]
          if (!value) throw new Error(`no golden step${i}.${key}`)
          return value
        }
        const outputs = await executable.run(state, {
          'labelled/0': feed('labeled_query'),
          'labelled/1': feed('labeled_key'),
          'unlabelled/0': feed('unlabeled_query'),
          'unlabelled/1': feed('unlabeled_key'),
          labels: tensor('int32', [4], toNumbers(feed('label'))),
          rate: scalar('float32', 0.01),
          progress: scalar('float32', 0),
        })
        expect(difference(outputs['loss/labelledCe'], feed('loss_ce'))).toBeLessThan(1e-4)
        expect(difference(outputs['loss/labelledContrast'], feed('loss_pgc_labeled'))).toBeLessThan(1e-4)
        expect(difference(outputs['loss/unlabelledContrast'], feed('loss_pgc_unlabeled'))).toBeLessThan(1e-4)
        expect(toNumbers(outputs.pseudoLabels as HostTensor)).toEqual(toNumbers(feed('pseudo_label')))
        const after = await state.read(['queue/shared', 'queue/shared/pointer'])
        expect(difference(after['queue/shared'], feed('queue'))).toBeLessThan(1e-3)
        expect(toNumbers(after['queue/shared/pointer'] as HostTensor)).toEqual(toNumbers(feed('queue_ptr')))
      }
      const final = await state.read()
      let compared = 0
      for (const [variable, value] of Object.entries(final)) {
        const expected = g[`final.${goldenName(variable)}`]
        if (!expected) continue
        expect(difference(value, expected), variable).toBeLessThan(1e-3)
        compared++
      }
      await engine.dispose()
      expect(compared).toBe(Object.keys(g).filter((key) => key.startsWith('final.')).length)
    },
  )

  it.each([
    ['pgc', (c: Parameters<typeof infoNce>[0], labels: Value) => pseudoGroupContrast(c, labels)],
    ['contrastive', (c: Parameters<typeof infoNce>[0]) => infoNce(c)],
  ])('has the value and gradient of the %s loss', (entry, loss) => {
    const g = readSafetensors(new URL('losses.safetensors', golden))
    const take = (key: string): HostTensor => g[key] as HostTensor
    const projection = input('projection', take('pgc.projection'))
    const contrast = { q: l2Normalise(projection), k: constant(take('pgc.key')), queue: constant(take('pgc.queue')), tau: 0.07 }
    const value = loss(contrast, constant(tensor('int32', [5], toNumbers(take('pgc.label')))))
    const [gradient] = differentiate(value, [projection])
    const [found, slope] = evaluate([value, gradient as Value], { projection: take('pgc.projection') })
    expect(difference(found, take(`${entry}.loss_t0.07`))).toBeLessThan(1e-5)
    expect(difference(slope, take(`${entry}.grad_projection`))).toBeLessThan(1e-4)
  })
})

describe('the queues of keys', () => {
  it('are written oldest first, one sample after another, around the end', () => {
    const queue = constant(tensor('float32', [2, 3, 1], [1, 2, 3, 4, 5, 6]))
    const pointer = constant(tensor('int32', [2], [2, 0]))
    const keys = constant(tensor('float32', [5, 1], [10, 20, 30, 40, 50]))
    const next = enqueue(queue, pointer, keys, constant(tensor('int32', [5], [0, 1, 0, 0, 0])))
    const [after, pointers] = evaluate([next.queue, next.pointer], {})
    expect(toNumbers(after as HostTensor)).toEqual([30, 40, 50, 20, 5, 6])
    expect(toNumbers(pointers as HostTensor)).toEqual([0, 1])
  })
})
