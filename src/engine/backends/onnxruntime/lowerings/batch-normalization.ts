// Batch normalisation, in the layout that its input has, and the gradient of its training form.
import { float } from '../../../../core/graph/onnx/builder.ts'
import type { Value } from '../../../../core/graph/value.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { blockedForms } from './batch-normalization-blocked.ts'
import type { BatchForms, BatchGradient, Vectors } from './batch-normalization-forms.ts'
import { rowsForms } from './batch-normalization-rows.ts'
import { oneToOne } from './one-to-one.ts'

export const batchNormalization: Lowering<'BatchNormalization'> = (node, emit) => {
  const [x, scale, b, mean, variance] = [0, 1, 2, 3, 4].map((i) => inputOf(node, i)) as [Value, Value, Value, Value, Value]
  const forms = formsOf(x, emit)
  if (!forms) oneToOne(node, emit)
  else forms.deferAffine(emit, outputOf(node), x, affineOf(emit, [scale, b].map((v) => emit.name(v)), emit.name(mean), emit.name(variance), node.attributes.epsilon)) // prettier-ignore
}

export const batchNormalizationTraining: Lowering<'BatchNormalizationTraining'> = (node, emit) => {
  const [x, scale, b] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]
  const { epsilon } = node.attributes
  const forms = formsOf(x, emit)
  const { mean, variance } = forms ? forms.statistics(emit, x) : plainStatistics(emit, x)
  const vectors = [emit.name(scale), emit.name(b)]
  if (forms) forms.deferAffine(emit, outputOf(node), x, affineOf(emit, vectors, mean, variance, epsilon))
  // The inference form: the operator's training mode corrupts memory when nodes share inputs.
  else emit.set(outputOf(node), emit.node('BatchNormalization', [emit.name(x), ...vectors, mean, variance], { epsilon: float(epsilon) }))
  emit.set(outputOf(node, 1), mean)
  emit.set(outputOf(node, 2), variance)
}

/** With x^ = (X - mean) / s, s = sqrt(var + epsilon), m elements a channel: dB = sum dY, dscale = sum dY x^,
 * dX = scale / s * (dY - dB / m - x^ dscale / m). */
export const batchNormalizationGradient: Lowering<'BatchNormalizationGradient'> = (node, emit) => {
  const [dy, x, scale, mean, variance] = [0, 1, 2, 3, 4].map((i) => inputOf(node, i)) as [Value, Value, Value, Value, Value]
  const inverse = inverseDeviation(emit, emit.name(variance), node.attributes.epsilon, x.dtype)
  const forms = formsOf(x, emit)
  const gradient = forms?.gradient ?? plainGradient
  const { dx, dscale, db } = gradient(emit, dy, x, { scale: emit.name(scale), mean: emit.name(mean), inverse })
  emit.set(outputOf(node, 0), dx, forms?.layout ?? 'plain')
  emit.set(outputOf(node, 1), dscale)
  emit.set(outputOf(node, 2), db)
}

function formsOf(x: Value, emit: Emitter): BatchForms | undefined {
  return [rowsForms, blockedForms].find(({ layout }) => emit.holds(x, layout))
}

/** From centred values: two more passes, no cancellation. */
function plainStatistics(emit: Emitter, x: Value): { mean: string; variance: string } {
  const { axes, channel } = channelAxes(x)
  const centre = emit.node('ReduceMean', [emit.name(x)], { axes, keepdims: 1 })
  const centred = emit.node('Sub', [emit.name(x), centre])
  const variance = emit.node('ReduceMean', [emit.node('Mul', [centred, centred])], { axes, keepdims: 0 })
  return { mean: emit.reshape(centre, channel), variance }
}

function plainGradient(emit: Emitter, dy: Value, x: Value, vectors: Vectors): BatchGradient {
  const { axes, broadcast } = channelAxes(x)
  const count = emit.scalar(x.dtype, sizeOf(x.shape) / (x.shape[1] ?? 1))
  const perChannel = (name: string): string => emit.reshape(name, broadcast)
  const over = (name: string): string => emit.node('Div', [perChannel(name), count])
  const inverse = perChannel(vectors.inverse)
  const normalised = emit.node('Mul', [emit.node('Sub', [emit.name(x), perChannel(vectors.mean)]), inverse])
  const sum = (name: string): string => emit.node('ReduceSum', [name, emit.ints(axes)], { keepdims: 0 })
  const db = sum(emit.name(dy))
  const dscale = sum(emit.node('Mul', [emit.name(dy), normalised]))
  const centred = emit.node('Sub', [emit.name(dy), over(db)])
  const projected = emit.node('Sub', [centred, emit.node('Mul', [normalised, over(dscale)])])
  return { dx: emit.node('Mul', [projected, emit.node('Mul', [perChannel(vectors.scale), inverse])]), dscale, db }
}

/** The slope and offset per channel (float32) that normalisation amounts to. */
function affineOf(
  emit: Emitter,
  [scale = '', b = '']: readonly string[],
  mean: string,
  variance: string,
  epsilon: number,
): [string, string] {
  const slope = emit.node('Mul', [scale, inverseDeviation(emit, variance, epsilon, 'float32')])
  return [slope, emit.node('Sub', [b, emit.node('Mul', [slope, mean])])]
}

/** 1 / sqrt(var + epsilon) */
function inverseDeviation(emit: Emitter, variance: string, epsilon: number, dtype: DType): string {
  return emit.node('Reciprocal', [emit.node('Sqrt', [emit.node('Add', [variance, emit.scalar(dtype, epsilon)])])])
}

/** For X [N, C, ...]: the axes that are reduced, the shape of a per-channel vector, and that shape for broadcasting. */
export function channelAxes({ shape }: Value): { axes: number[]; channel: number[]; broadcast: number[] } {
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1)
  return { axes, channel: shape.slice(1, 2), broadcast: shape.map((extent, axis) => (axis === 1 ? extent : 1)) }
}
