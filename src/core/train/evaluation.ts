// Evaluation: logits of a model in evaluation mode, and what is counted on them.
import type { EvaluationBatch } from '../data/batches.ts'
import { DataError } from '../data/data-error.ts'
import type { Executable, Program, State } from '../graph/program.ts'
import type { Model } from '../nn/model.ts'
import { Pass } from '../nn/pass.ts'
import { ProgramBuilder } from '../nn/program-builder.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor, Shape } from '../tensor/tensor.ts'
import type { Validation } from './selection.ts'

/** Program with feed `x` [batch, ...input] and output `logits` [batch, C], reading the variables of `scope`; the frozen ones are baked in. */
export function buildEvaluation(
  model: Model,
  input: Shape,
  batch: number,
  variables: Readonly<Record<string, HostTensor>>,
  scope = 'query',
  frozen: (name: string) => boolean = () => false,
): Program {
  const builder = new ProgramBuilder(variables, frozen)
  const pass = new Pass(builder, false)
  const x = builder.feed('x', { dtype: 'float32', shape: [batch, ...input] })
  return builder.finish({ logits: model.classify(pass, scope, model.encode(pass, scope, x)) })
}

/** Logits of an ordered pass, a row each image. A last batch that is smaller is filled up and the surplus dropped.
 * @param shape [batch, ...input] of the program's feed */
export async function predict(
  executable: Executable,
  state: State,
  shape: Shape,
  batches: AsyncIterable<EvaluationBatch>,
): Promise<Predictions> {
  const logits: Float32Array[] = []
  const labels: number[] = []
  for await (const batch of batches) {
    const x = tensor('float32', shape)
    x.data.set(batch.view)
    const { logits: rows } = await executable.run(state, { x })
    if (!rows) throw new Error('an evaluation program has an output named logits')
    const classes = rows.shape[1] ?? 0
    batch.labels.forEach((_, i) => logits.push((rows.data as Float32Array).slice(i * classes, (i + 1) * classes)))
    labels.push(...batch.labels)
  }
  return { logits, labels }
}

export interface Predictions {
  logits: Float32Array[]
  labels: number[]
}

/** Accuracy and mean cross-entropy of logits against labels. @throws DataError where there are none: no image could be read */
export function score({ logits, labels }: Predictions): Validation {
  if (logits.length === 0) throw new DataError('bad-data', 'validation', 'expected at least one image that can be decoded, found none')
  let right = 0
  let loss = 0
  logits.forEach((row, i) => {
    const label = labels[i] ?? -1
    if (argMax(row) === label) right++
    loss -= Math.log(Math.max(softmax(row)[label] ?? 0, 1e-30))
  })
  return { accuracy: right / logits.length, loss: loss / logits.length, images: logits.length }
}

export function argMax(row: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < row.length; i++) if ((row[i] ?? 0) > (row[best] ?? 0)) best = i
  return best
}

export function softmax(row: ArrayLike<number>): number[] {
  const values = Array.from(row)
  const top = Math.max(...values)
  const exponentials = values.map((x) => Math.exp(x - top))
  const sum = exponentials.reduce((a, b) => a + b, 0)
  return exponentials.map((x) => x / sum)
}
