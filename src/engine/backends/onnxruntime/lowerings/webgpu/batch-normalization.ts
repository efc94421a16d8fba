// Batch normalisation in train mode for ONNX Runtime's WebGPU kernels (1.30).
import { float } from '../../../../../core/graph/onnx/builder.ts'
import type { Value } from '../../../../../core/graph/value.ts'
import { sizeOf } from '../../../../../core/tensor/tensor.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { channelAxes } from '../batch-normalization.ts'

/** Channels that fill a device, and places of an image that are worth a kernel of their own: a workgroup there computes one mean. */
const [enough, worthwhile] = [256, 256]

/** Means over batch and places [C]; where channels are few, of each image first. */
function channelMeans(emit: Emitter, { shape }: Value, name: string): string {
  const [n = 1, c = 1, ...places] = shape
  const of = (values: string, axes: readonly number[], keepdims: number): string => emit.node('ReduceMean', [values], { axes, keepdims })
  const spatial = places.map((_, i) => i + 2)
  if (n > 1 && c < enough && sizeOf(places) >= worthwhile) return of(of(name, spatial, 0), [0], 0)
  return of(name, [0, ...spatial], 0)
}

/** From centred values: no cancellation. */
export const batchNormalizationTraining: Lowering<'BatchNormalizationTraining'> = (node, emit) => {
  const x = inputOf(node, 0)
  const [scale = '', b = ''] = [1, 2].map((i) => emit.name(inputOf(node, i)))
  const mean = channelMeans(emit, x, emit.name(x))
  const centred = emit.node('Sub', [emit.name(x), emit.reshape(mean, channelAxes(x).broadcast)])
  const variance = channelMeans(emit, x, emit.node('Mul', [centred, centred]))
  const y = emit.node('BatchNormalization', [emit.name(x), scale, b, mean, variance], { epsilon: float(node.attributes.epsilon) })
  for (const [i, name] of [y, mean, variance].entries()) emit.set(outputOf(node, i), name)
}

/** With x^ = (X - mean) / s, s = sqrt(var + epsilon), m elements a channel: dB = sum dY, dscale = sum dY x^,
 * dX = scale / s * (dY - dB / m - x^ dscale / m). What is done per channel and place goes through BatchNormalization: one kernel instead of five. */
export const batchNormalizationGradient: Lowering<'BatchNormalizationGradient'> = (node, emit) => {
  const [dy, x] = [inputOf(node, 0), inputOf(node, 1)]
  const [scale = '', mean = '', variance = ''] = [2, 3, 4].map((i) => emit.name(inputOf(node, i)))
  const { channel, broadcast } = channelAxes(x)
  const [ones, zeros] = [emit.uniform(channel, 1), emit.uniform(channel, 0)]
  const normalise = (name: string, slope: string, centre: string): string =>
    emit.node('BatchNormalization', [name, slope, zeros, centre, variance], { epsilon: float(node.attributes.epsilon) })
  const normalised = normalise(emit.name(x), ones, mean)
  const meanGradient = channelMeans(emit, x, emit.name(dy))
  const meanProduct = channelMeans(emit, x, emit.node('Mul', [emit.name(dy), normalised]))
  const projected = emit.node('Sub', [emit.name(dy), emit.node('Mul', [normalised, emit.reshape(meanProduct, broadcast)])])
  const count = emit.scalar(x.dtype, sizeOf(x.shape) / (x.shape[1] ?? 1))
  emit.set(outputOf(node, 0), normalise(projected, scale, meanGradient))
  emit.set(outputOf(node, 1), emit.node('Mul', [meanProduct, count]))
  emit.set(outputOf(node, 2), emit.node('Mul', [meanGradient, count]))
}
