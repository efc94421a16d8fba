// Gradient of Conv with respect to its filter.
import type { Lowering } from '../../lowering.ts'
import { inputOf, outputOf } from '../../lowering.ts'

/** A convolution in which images and channels change places and dY is the filter, its dilations the strides of the original.
 * Groups stay groups: X [N, G, C/G, ...] -> [C/G, G N, ...], dY [N, M, ...] -> [M, N, ...], result [C/G, M, ...]. */
export const convFilterGradient: Lowering<'ConvFilterGradient'> = (node, emit) => {
  const { strides, pads, dilations, group, filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [n = 1, c = 1, ...spatial] = x.shape
  const rank = spatial.length
  const axes = spatial.map((_, i) => i)
  const grouped = emit.reshape(emit.name(x), [n, group, c / group, ...spatial])
  const byChannel = emit.transpose(grouped, [2, 1, 0, ...axes.map((i) => i + 3)])
  const images = emit.reshape(byChannel, [c / group, group * n, ...spatial])
  const filter = emit.transpose(emit.name(dy), [1, 0, ...axes.map((i) => i + 2)])
  const wide = emit.node('Conv', [images, filter], { kernel_shape: dy.shape.slice(2), strides: dilations, pads, dilations: strides, group })
  // Where the stride does not divide the extent, windows beyond the filter's own come out too.
  const kernel = filter_shape.slice(2)
  const zeros = new Array<number>(rank).fill(0)
  const cut = emit.node('Slice', [wide, emit.ints(zeros), emit.ints(kernel), emit.ints(axes.map((i) => i + 2))])
  emit.set(outputOf(node), emit.transpose(cut, [1, 0, ...axes.map((i) => i + 2)]))
}
