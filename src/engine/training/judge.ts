// The finished model on validation and test images: what it says of each, for the record and for the numbers of the run.
import type { Engine } from '../../core/graph/program.ts'
import type { Model } from '../../core/nn/model.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { argMax, predict, softmax } from '../../core/train/evaluation.ts'
import { writeFileAtomic } from '../../node/files.ts'
import type { JudgedImage } from '../../shared/manifest.ts'
import type { ImageLoader } from '../data/loader.ts'
import { buildInference } from './export.ts'
import { InParts } from './in-parts.ts'
import type { Run } from './open-run.ts'

export interface Judged {
  /** In the image set. */
  readonly index: number
  readonly label: number
  readonly logits: Float32Array
}

const batch = 32

/** Logits of images of the set, in their order; broken ones are left out. */
export async function judge(
  { backbone, recipes }: Run,
  engine: Engine,
  loader: ImageLoader,
  model: Model,
  variables: Readonly<Record<string, HostTensor>>,
  indices: readonly number[],
  progress: (done: number) => void,
): Promise<Judged[]> {
  if (indices.length === 0) return []
  const program = new InParts(engine, (images) => buildInference(model, variables, images), batch)
  const state = await engine.createState({})
  const seen: number[] = []
  const noted = async function* () {
    for await (const part of loader.ordered(indices, recipes.evaluation, batch)) {
      yield part
      seen.push(...part.indices)
      progress(seen.length)
    }
  }
  try {
    const { logits, labels } = await predict(program, state, backbone.inputType(null, batch).shape, noted())
    return seen.map((index, i) => ({ index, label: labels[i] ?? -1, logits: logits[i] ?? new Float32Array() }))
  } finally {
    program.dispose()
    state.dispose()
  }
}

/** Share of the images that are right; null where there are none. */
export function accuracyOf(judged: readonly Judged[]): number | null {
  return judged.length === 0 ? null : judged.filter(({ label, logits }) => argMax(logits) === label).length / judged.length
}

/** Writes a line an image. */
export async function writeEvaluation(path: string, { data }: Run, judged: readonly Judged[]): Promise<void> {
  const validation = new Set(data.validation)
  const lines = judged.map(({ index, label, logits }) => {
    const probabilities = softmax(logits)
    const predicted = argMax(logits)
    const image = data.set.images[index]
    const line: JudgedImage = {
      split: validation.has(index) ? 'validation' : 'test',
      id: data.ids?.[index] ?? null,
      path: image?.path ?? '',
      truth: label,
      predicted,
      probability: probabilities[predicted] ?? 0,
      loss: -Math.log(Math.max(probabilities[label] ?? 0, 1e-30)),
    }
    return `${JSON.stringify(line)}\n`
  })
  await writeFileAtomic(path, lines)
}
