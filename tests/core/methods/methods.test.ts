// One suite that every method passes: it trains, resumes exactly, says all that it keeps, and leaves nothing of itself in the exported model.
import { afterAll, describe, expect, it } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import type { State } from '../../../src/core/graph/program.ts'
import { recipe } from '../../../src/core/data/views/recipe.ts'
import { methods, methodById } from '../../../src/core/methods/index.ts'
import type { ConfiguredMethod } from '../../../src/core/methods/method.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { Model } from '../../../src/core/nn/model.ts'
import { drawNoise } from '../../../src/core/nn/noise.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { scalar, sizeOf, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { buildTrainingStep } from '../../../src/core/train/training-step.ts'
import type { TrainingStep } from '../../../src/core/train/training-step.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { exportModel } from '../../../src/engine/training/export.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const classes = 3
const batch = 6
const image = [3, 16, 16] as const
const steps = 20
const backbone = new Backbone(readOnnx(tinyBackbone({ size: 16, classes: 7 })), { imageSize: 16 })

const engine = new OnnxRuntimeEngine()
afterAll(() => engine.dispose())

interface Prepared extends TrainingStep {
  model: Model
  method: ConfiguredMethod
}

function prepare(id: string, storage: { recompute?: boolean; halfActivations?: boolean } = {}): Prepared {
  const method = methodById(id).configure({})
  const bottleneck = { width: 16, dropout: 0.2 }
  const model = new Model({
    backbone,
    cut: null,
    classes,
    bottleneck,
    projector: method.projector,
    source: method.sourceHead ? backbone.sourceHead : null,
    batchNorm: 'train',
  })
  const random = new Random(1)
  const initial = model.initial('query', random)
  const step = buildTrainingStep(
    model,
    method,
    {
      ...{ momentum: 0.9, nesterov: true, weightDecay: 5e-4, labelledBatch: batch, unlabelledBatch: batch, ...storage },
      rates: { backbone: 0.1, bottleneck: 1, projector: 1, classifier: 1 },
    },
    image,
    { ...initial, ...method.variables(model, initial, random, { images: 2 * batch, unlabelled: batch }) },
  )
  return { ...step, model, method }
}

/** Images that are told apart by which of their channels is bright. */
function images(random: Random): HostTensor {
  const shape = [batch, ...image]
  const [perImage, perChannel] = [sizeOf(image), sizeOf(image) / classes]
  const value = (i: number): number => (Math.floor((i % perImage) / perChannel) === Math.floor(i / perImage) % classes ? 1 : 0)
  return tensor(
    'float32',
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => value(i) + random.normal(0, 0.1)),
  )
}

const labels = tensor('int32', [batch], Array.from({ length: batch }, (_, i) => i % classes)) // prettier-ignore

/** Numbers of the unlabelled images, which come after the labelled ones. */
const seen = tensor('int32', [batch], Array.from({ length: batch }, (_, i) => batch + i)) // prettier-ignore

function feeds({ method, noise }: Prepared, step: number, random: Random): Record<string, HostTensor> {
  const views = (['labelled', 'unlabelled'] as const).flatMap((source) =>
    method.views[source].map((_, view) => [`${source}/${view}`, images(random)] as const),
  )
  const numbers = { labels, 'unlabelled/images': seen, rate: scalar('float32', 0.02), progress: scalar('float32', step / steps) }
  return { ...Object.fromEntries(views), ...drawNoise(noise, random), ...numbers }
}

type Outputs = Readonly<Record<string, HostTensor>>

async function train(prepared: Prepared, state: State, from: number, to: number, random: Random): Promise<Outputs[]> {
  const executable = await engine.compile(prepared.program)
  const outputs: Outputs[] = []
  for (let step = from; step < to; step++) outputs.push(await executable.run(state, feeds(prepared, step, random)))
  executable.dispose()
  return outputs
}

const bytes = (tensors: Readonly<Record<string, HostTensor>>): unknown =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]))

describe.each(methods.map(({ id }) => ({ id })))('$id', ({ id }) => {
  it('learns, and goes on from the middle of its training as if never stopped', async () => {
    const prepared = prepare(id)
    const random = new Random(2)
    const state = await engine.createState(prepared.initial)
    const outputs = await train(prepared, state, 0, steps / 2, random)
    const middle = { state: await state.read(), random: random.state }
    outputs.push(...(await train(prepared, state, steps / 2, steps, random)))
    const final = await state.read()

    for (const each of [...outputs, final])
      for (const [name, { data }] of Object.entries(each))
        expect(
          data.every((x) => Number.isFinite(Number(x))),
          name,
        ).toBe(true)
    const learnt = (each: Outputs[]): number => each.reduce((sum, { 'loss/labelledCe': loss }) => sum + Number(loss!.data[0]), 0)
    expect(learnt(outputs.slice(-3))).toBeLessThan(0.7 * learnt(outputs.slice(0, 3)))

    const again = await engine.createState(middle.state)
    await train(prepared, again, steps / 2, steps, new Random(middle.random))
    expect(bytes(await again.read())).toEqual(bytes(final))

    // The model that is handed over is made of the query's variables, however much more there is.
    const { model } = prepared
    const about = { classes: ['a', 'b', 'c'], recipe: recipe('evaluation', { size: 16, normalize: 'imagenet' }), method: id }
    const query = Object.fromEntries(Object.entries(final).filter(([name]) => name.startsWith('query/')))
    const trained = { ...model.initial('query', new Random(3)), ...query }
    expect(exportModel(model, { ...trained, ...final }, about)).toEqual(exportModel(model, trained, about))
  })

  it('reports classes for its unlabelled images, if it has any', () => {
    const { program } = prepare(id)
    const { pseudoLabels, confidence } = program.outputs
    expect(pseudoLabels === undefined).toBe(confidence === undefined)
    if (!pseudoLabels || !confidence) return
    expect([pseudoLabels.dtype, pseudoLabels.shape, confidence.dtype, confidence.shape]).toEqual(['int32', [batch], 'float32', [batch]])
  })

  it('has the same loss where activations are computed again, and nearly where they are stored in half precision', async () => {
    const losses: number[] = []
    for (const storage of [{}, { recompute: true }, { halfActivations: true }]) {
      const prepared = prepare(id, storage)
      const state = await engine.createState(prepared.initial)
      const outputs = await train(prepared, state, 0, 2, new Random(2))
      losses.push(...outputs.slice(-1).flatMap(({ loss }) => toNumbers(loss!)))
    }
    const [plain, recomputed, half] = losses as [number, number, number]
    expect(recomputed).toBeCloseTo(plain, 5)
    expect(half).toBeCloseTo(plain, 2)
  })

  it('describes itself', () => {
    const method = methodById(id)
    const { title, citation, settings, withoutUnlabelled } = method
    expect(title).not.toBe('')
    expect(citation).toMatch(/\d{4}/)
    for (const [name, field] of Object.entries(settings.shape)) expect((field as { description?: string }).description, name).toBeTruthy()
    expect(() => method.configure({ unheardOf: 1 })).toThrow()
    if (withoutUnlabelled) expect(method.configure(withoutUnlabelled).views.unlabelled).toEqual([])
  })
})
