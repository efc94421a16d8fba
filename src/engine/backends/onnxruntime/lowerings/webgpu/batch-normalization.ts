// Gradient of batch normalisation for ONNX Runtime's WebGPU kernels: what is computed per channel and place goes through BatchNormalization, which does in one
// kernel what takes five otherwise.
import { float } from '../../../../../core/graph/onnx/builder.ts'
import { sizeOf } from '../../../../../core/tensor/tensor.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { channelAxes } from '../batch-normalization.ts'

/** With x^ = (X - mean) / s, s = sqrt(var + epsilon), m elements a channel: dB = sum dY, dscale = sum dY x^,
 * dX = scale / s * (dY - dB / m - x^ dscale / m). */
export const batchNormalizationGradient: Lowering<'BatchNormalizationGradient'> = (node, emit) => {
  const [dy, x] = [inputOf(node, 0), inputOf(node, 1)]
  const [scale = '', mean = '', variance = ''] = [2, 3, 4].map((i) => emit.name(inputOf(node, i)))
  const { axes, channel, broadcast } = channelAxes(x)
  const [ones, zeros] = [emit.uniform(channel, 1), emit.uniform(channel, 0)]
  const normalise = (name: string, slope: string, centre: string): string =>
    emit.node('BatchNormalization', [name, slope, zeros, centre, variance], { epsilon: float(node.attributes.epsilon) })
  const meanOf = (name: string): string => emit.node('ReduceMean', [name], { axes, keepdims: 0 })
  const normalised = normalise(emit.name(x), ones, mean)
  const meanGradient = meanOf(emit.name(dy))
  const meanProduct = meanOf(emit.node('Mul', [emit.name(dy), normalised]))
  const projected = emit.node('Sub', [emit.name(dy), emit.node('Mul', [normalised, emit.reshape(meanProduct, broadcast)])])
  const count = emit.scalar(x.dtype, sizeOf(x.shape) / (x.shape[1] ?? 1))
  emit.set(outputOf(node, 0), normalise(projected, scale, meanGradient))
  emit.set(outputOf(node, 1), emit.node('Mul', [meanProduct, count]))
  emit.set(outputOf(node, 2), emit.node('Mul', [meanGradient, count]))
}
