// Gradient of Conv with respect to its input.
import type { Lowering } from '../../lowering.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import { transposedPads } from '../windows.ts'

/** A transposed convolution with the filter as it is. */
export const convInputGradient: Lowering<'ConvInputGradient'> = (node, emit) => {
  const { strides, pads, dilations, group, input_shape } = node.attributes
  const [dy, w] = [inputOf(node, 0), inputOf(node, 1)]
  const kernel_shape = w.shape.slice(2)
  const place = transposedPads(input_shape.slice(2), dy.shape.slice(2), { kernel_shape, strides, pads, dilations })
  const dx = emit.node('ConvTranspose', [emit.name(dy), emit.name(w)], { kernel_shape, strides, dilations, group, ...place })
  emit.set(outputOf(node), dx)
}
