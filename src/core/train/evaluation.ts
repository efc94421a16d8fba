// Evaluation: logits of a model in evaluation mode, and what is counted on them.
import type { Executable, Program, State } from '../graph/program.ts'
import type { Model } from '../nn/model.ts'
import { Pass } from '../nn/pass.ts'
import { ProgramBuilder } from '../nn/program-builder.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor, Shape } from '../tensor/tensor.ts'
import type { Validation } from './loop.ts'

/** Program with feed `x` [batch, ...input] and output `logits` [batch, C], reading the variables of `scope`. */
export function buildEvaluation(
  model: Model,
  input: Shape,
  batch: number,
  variables: Readonly<Record<string, HostTensor>>,
  scope = 'query',
): Program {
  const builder = new ProgramBuilder(variables)
  const pass = new Pass(builder, false)
  const x = builder.feed('x', { dtype: 'float32', shape: [batch, ...input] })
  return builder.finish({ logits: model.classify(pass, scope, model.encode(pass, scope, x)) })
}

/** Inputs of consecutive images, `images` of them real; the last batch may be filled up with anything. */
export interface EvaluationBatch {
  x: Float32Array
  images: number
}

/** Logits of a stream of images, row after row. */
export async function predict(
  executable: Executable,
  state: State,
  shape: Shape,
  batches: AsyncIterable<EvaluationBatch>,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = []
  for await (const { x, images } of batches) {
    const { logits } = await executable.run(state, { x: tensor('float32', shape, x) })
    if (!logits) throw new Error('an evaluation program has an output named logits')
    const data = logits.data as Float32Array
    const classes = logits.shape[1] ?? 0
    for (let i = 0; i < images; i++) rows.push(data.slice(i * classes, (i + 1) * classes))
  }
  return rows
}

/** Accuracy and mean cross-entropy of logits against labels. */
export function score(logits: readonly Float32Array[], labels: ArrayLike<number>): Validation {
  let right = 0
  let loss = 0
  logits.forEach((row, i) => {
    const label = labels[i] ?? -1
    if (argMax(row) === label) right++
    loss -= Math.log(Math.max(softmax(row)[label] ?? 0, 1e-30))
  })
  return { accuracy: right / logits.length, loss: loss / logits.length }
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
