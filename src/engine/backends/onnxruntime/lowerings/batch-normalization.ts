// Batch normalisation by the batch's own statistics, and its gradient.
import { float } from '../../../../core/graph/onnx/builder.ts'
import type { Value } from '../../../../core/graph/value.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/** Statistics from centred values, then the inference form. (BatchNormalization's training mode corrupts memory when nodes share inputs.) */
export const batchNormalizationTraining: Lowering<'BatchNormalizationTraining'> = (node, emit) => {
  const [x, scale, b] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]
  const { axes, channel } = channelAxes(x)
  const centre = emit.node('ReduceMean', [emit.name(x)], { axes, keepdims: 1 })
  const centred = emit.node('Sub', [emit.name(x), centre])
  const variance = emit.node('ReduceMean', [emit.node('Mul', [centred, centred])], { axes, keepdims: 0 })
  const mean = emit.reshape(centre, channel)
  const inputs = [emit.name(x), emit.name(scale), emit.name(b), mean, variance]
  emit.set(outputOf(node, 0), emit.node('BatchNormalization', inputs, { epsilon: float(node.attributes.epsilon) }))
  emit.set(outputOf(node, 1), mean)
  emit.set(outputOf(node, 2), variance)
}

/** With x^ = (X - mean) / s, s = sqrt(var + epsilon), m elements a channel: dB = sum dY, dscale = sum dY x^,
 * dX = scale / s * (dY - dB / m - x^ dscale / m). */
export const batchNormalizationGradient: Lowering<'BatchNormalizationGradient'> = (node, emit) => {
  const [dy, x, scale, mean, variance] = [0, 1, 2, 3, 4].map((i) => inputOf(node, i)) as [Value, Value, Value, Value, Value]
  const { axes, broadcast } = channelAxes(x)
  const count = sizeOf(x.shape) / sizeOf(scale.shape)
  const perChannel = (name: string): string => emit.reshape(name, broadcast)
  const over = (name: string): string => emit.node('Div', [perChannel(name), emit.scalar(x.dtype, count)])
  const inverse = perChannel(inverseDeviation(emit, variance, node.attributes.epsilon))
  const normalised = emit.node('Mul', [emit.node('Sub', [emit.name(x), perChannel(emit.name(mean))]), inverse])
  const sum = (name: string): string => emit.node('ReduceSum', [name, emit.ints(axes)], { keepdims: 0 })
  const db = sum(emit.name(dy))
  const dscale = sum(emit.node('Mul', [emit.name(dy), normalised]))
  const centred = emit.node('Sub', [emit.name(dy), over(db)])
  const projected = emit.node('Sub', [centred, emit.node('Mul', [normalised, over(dscale)])])
  emit.set(outputOf(node, 0), emit.node('Mul', [projected, emit.node('Mul', [perChannel(emit.name(scale)), inverse])]))
  emit.set(outputOf(node, 1), dscale)
  emit.set(outputOf(node, 2), db)
}

/** 1 / sqrt(var + epsilon). */
function inverseDeviation(emit: Emitter, variance: Value, epsilon: number): string {
  return emit.node('Reciprocal', [emit.node('Sqrt', [emit.node('Add', [emit.name(variance), emit.scalar(variance.dtype, epsilon)])])])
}

/** For X [N, C, ...]: the axes that are reduced, the shape of a per-channel vector, and that shape for broadcasting. */
function channelAxes({ shape }: Value): { axes: number[]; channel: number[]; broadcast: number[] } {
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1)
  return { axes, channel: shape.slice(1, 2), broadcast: shape.map((extent, axis) => (axis === 1 ? extent : 1)) }
}
