// The finished model: tested from images on, and the exported file compared with it.
import { join } from 'node:path'
import type { Engine } from '../../core/graph/program.ts'
import { Model } from '../../core/nn/model.ts'
import { Random } from '../../core/tensor/random.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { argMax, predict, score, softmax } from '../../core/train/evaluation.ts'
import type { Predictions } from '../../core/train/evaluation.ts'
import type { Validation } from '../../core/train/loop.ts'
import { decodeFile } from '../data/decode.ts'
import type { ImageLoader } from '../data/loader.ts'
import { buildInference } from './export.ts'
import type { Run } from './open-run.ts'
import { TrainedModel } from './trained-model.ts'

type Variables = Readonly<Record<string, HostTensor>>

/** The whole model from images on: the backbone's own weights where nothing was trained. */
export function finalModel({ backbone, data, settings }: Run, trained: Variables): { model: Model; variables: Record<string, HostTensor> } {
  const model = new Model({
    backbone,
    cut: null,
    classes: data.set.classes.length,
    bottleneck: settings.bottleneck === 0 ? null : { width: settings.bottleneck, dropout: settings.dropout },
    projector: null,
    batchNorm: 'frozen',
  })
  const own = model.initial('query', new Random(0))
  return { model, variables: Object.fromEntries(Object.entries(own).map(([name, value]) => [name, trained[name] ?? value])) }
}

const batch = 32

/** Accuracy and loss on images of the set. */
export async function testModel(
  run: Run,
  engine: Engine,
  loader: ImageLoader,
  model: Model,
  variables: Variables,
  indices: readonly number[],
  progress: (done: number) => void,
): Promise<Validation> {
  return score(await logitsOf(run, engine, loader, model, variables, indices, progress))
}

async function logitsOf(
  { backbone, recipes }: Run,
  engine: Engine,
  loader: ImageLoader,
  model: Model,
  variables: Variables,
  indices: readonly number[],
  progress: (done: number) => void = () => undefined,
): Promise<Predictions> {
  const executable = await engine.compile(buildInference(model, variables, batch))
  const state = await engine.createState({})
  const counted = async function* () {
    let done = 0
    for await (const part of loader.ordered(indices, recipes.evaluation, batch)) {
      yield part
      progress((done += part.labels.length))
    }
  }
  try {
    return await predict(executable, state, backbone.inputType(null, batch).shape, counted())
  } finally {
    executable.dispose()
    state.dispose()
  }
}

/** How far the exported file is from the training graph on validation images. */
export interface Parity {
  images: number
  /** Of a class probability. */
  largestDifference: number
  /** Images whose most probable class is another one. */
  changedClasses: number
}

/** Images that the exported file is checked on. */
const parityImages = 48

/** Runs the file through ONNX Runtime on images as they are on the disk, against our own views through the training graph. */
export async function measureParity(
  run: Run,
  engine: Engine,
  loader: ImageLoader,
  model: Model,
  variables: Variables,
  path: string,
): Promise<Parity> {
  const step = Math.max(1, Math.floor(run.data.validation.length / parityImages))
  const indices = run.data.validation.filter((_, i) => i % step === 0 && i / step < parityImages)
  const { logits } = await logitsOf(run, engine, loader, model, variables, indices)
  const whole = indices.filter((index) => !loader.isBroken(index))
  const exported = await TrainedModel.open(path, run.threads)
  let largestDifference = 0
  let changedClasses = 0
  try {
    for (const [i, index] of whole.entries()) {
      const image = await decodeFile(join(run.data.set.root, run.data.set.images[index]?.path ?? ''))
      const found = await exported.predict(image)
      const expected = softmax(logits[i] ?? [])
      expected.forEach((p, label) => (largestDifference = Math.max(largestDifference, Math.abs(p - (found[label] ?? 0)))))
      if (argMax(found) !== argMax(expected)) changedClasses++
    }
  } finally {
    await exported.close()
  }
  return { images: whole.length, largestDifference, changedClasses }
}
