// Gradients of depthwise convolutions for ONNX Runtime's WebGPU kernels (1.30).
import type { Node } from '../../../../../core/graph/value.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import { transposedPads } from '../windows.ts'

/** Input gradient where a channel has several filters, which ConvTranspose computes wrongly there: one filter of each channel at a time, summed. */
export function depthwiseInputGradient(node: Node<'ConvInputGradient'>, emit: Emitter): void {
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

/** Filter gradient: each channel of each image is a group whose filter is its own piece of dY, [1, N C, ...] * [N M, 1, ...] -> [1, N M, ...], summed over
 * the images. A thread there computes one element, and would go through all images for it. */
export function depthwiseFilterGradient(node: Node<'ConvFilterGradient'>, emit: Emitter): void {
  const { strides, pads, dilations, filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [n = 1, c = 1, ...extents] = x.shape
  const [, m = 1, ...kernel_shape] = dy.shape
  const images = emit.reshape(emit.name(x), [1, n * c, ...extents])
  const filters = emit.reshape(emit.name(dy), [n * m, 1, ...kernel_shape])
  const wide = emit.node('Conv', [images, filters], { kernel_shape, strides: dilations, pads, dilations: strides, group: n * c })
  // Where the stride does not divide the extent, windows beyond the filter's own come out too.
  const kernel = filter_shape.slice(2)
  const cut = emit.first(wide, kernel, kernel.map((_, i) => i + 2)) // prettier-ignore
  const ofImages = emit.reshape(cut, [n, m, 1, ...kernel])
  emit.set(outputOf(node), emit.node('ReduceSum', [ofImages, emit.ints([0])], { keepdims: 0 }))
}
