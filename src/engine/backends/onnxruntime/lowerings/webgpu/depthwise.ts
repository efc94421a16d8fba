// Input gradient of a depthwise convolution with several filters a channel: ONNX Runtime's WebGPU ConvTranspose (1.30) computes it wrongly.
import type { Node } from '../../../../../core/graph/value.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import { transposedPads } from '../windows.ts'

/** One filter of each channel at a time, summed. */
export function multiplied(node: Node<'ConvInputGradient'>, emit: Emitter): void {
  const { strides, pads, dilations, group, input_shape } = node.attributes
  const [dy, w] = [inputOf(node, 0), inputOf(node, 1)]
  const kernel_shape = w.shape.slice(2)
  const place = transposedPads(input_shape.slice(2), dy.shape.slice(2), { kernel_shape, strides, pads, dilations })
  const filters = (w.shape[0] ?? 1) / group
  const parts = Array.from({ length: filters }, (_, filter) => {
    const channels = emit.ints(Array.from({ length: group }, (_, channel) => channel * filters + filter))
    const own = emit.node('Gather', [emit.name(dy), channels], { axis: 1 })
    const filterOfEach = emit.node('Gather', [emit.name(w), channels], { axis: 0 })
    return emit.node('ConvTranspose', [own, filterOfEach], { kernel_shape, strides, dilations, group, ...place })
  })
  emit.set(outputOf(node), parts.reduce((sum, part) => emit.node('Add', [sum, part]))) // prettier-ignore
}
