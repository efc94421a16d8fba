// The finished model, and the exported file compared with it.
import { join } from 'node:path'
import { Model } from '../../core/nn/model.ts'
import { Random } from '../../core/tensor/random.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { argMax, softmax } from '../../core/train/evaluation.ts'
import { decodeFile } from '../data/decode.ts'
import type { Judged } from './judge.ts'
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

/** Runs the file through ONNX Runtime on images as they are on the disk, against what the training graph said of the same images. */
export async function measureParity({ data, threads }: Run, judged: readonly Judged[], path: string): Promise<Parity> {
  const step = Math.max(1, Math.floor(judged.length / parityImages))
  const chosen = judged.filter((_, i) => i % step === 0 && i / step < parityImages)
  const exported = await TrainedModel.open(path, threads)
  let largestDifference = 0
  let changedClasses = 0
  try {
    for (const { index, logits } of chosen) {
      const image = await decodeFile(join(data.set.root, data.set.images[index]?.path ?? ''))
      const found = await exported.predict(image)
      const expected = softmax(logits)
      expected.forEach((p, label) => (largestDifference = Math.max(largestDifference, Math.abs(p - (found[label] ?? 0)))))
      if (argMax(found) !== argMax(expected)) changedClasses++
    }
  } finally {
    await exported.close()
  }
  return { images: chosen.length, largestDifference, changedClasses }
}
