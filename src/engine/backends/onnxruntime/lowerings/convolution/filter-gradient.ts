// Gradient of Conv with respect to its filter: which lowering is used when.
import type { Node } from '../../../../../core/graph/value.ts'
import { sizeOf } from '../../../../../core/tensor/tensor.ts'
import type { Emitter } from '../../emitter.ts'
import { isBlockable } from '../../layout.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { depthwiseFilterGradient, imageFilterGradient, pointwiseFilterGradient } from './filter-gradient-blocked.ts'
import { kindOf } from './kind.ts'
import { rowsFilterGradient, rowsPlan } from './rows.ts'

/** Filters with more taps (a 7x7 stem) cost more as columns than the swapped convolution. */
const mostColumns = 64

export const convFilterGradient: Lowering<'ConvFilterGradient'> = (node, emit) => {
  const { attributes } = node
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const rows = rowsPlan(emit, x, attributes.filter_shape, dy, attributes, dy)
  const blocked = emit.holds(dy, 'blocked') || emit.holds(x, 'blocked')
  const kind = isBlockable(dy, emit) ? kindOf(x.shape, attributes.filter_shape, attributes, emit.block) : 'other'
  if (rows) emit.set(outputOf(node), rowsFilterGradient(emit, x, dy, attributes.filter_shape, rows))
  else if (kind === 'depthwise') depthwiseFilterGradient(node, emit)
  else if (kind === 'image' && blocked && sizeOf(attributes.filter_shape.slice(1)) <= mostColumns) imageFilterGradient(node, emit)
  else if (kind === 'pointwise' && blocked && isBlockable(x, emit) && attributes.strides.every((s) => s === 1))
    pointwiseFilterGradient(node, emit)
  else swapped(node, emit)
}

/** A convolution in which images and channels change places and dY is the filter, its dilations the strides of the original.
 * Groups stay groups: X [N, G, C/G, ...] -> [C/G, G N, ...], dY [N, M, ...] -> [M, N, ...], result [C/G, M, ...]. */
function swapped(node: Node<'ConvFilterGradient'>, emit: Emitter): void {
  const { strides, pads, dilations, group, filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [n = 1, c = 1, ...spatial] = x.shape
  const axes = spatial.map((_, i) => i + 2)
  const grouped = emit.reshape(emit.name(x), [n, group, c / group, ...spatial])
  const byChannel = emit.transpose(grouped, [2, 1, 0, ...axes.map((i) => i + 1)])
  const images = emit.reshape(byChannel, [c / group, group * n, ...spatial])
  const filter = emit.transpose(emit.name(dy), [1, 0, ...axes])
  const wide = emit.node('Conv', [images, filter], { kernel_shape: dy.shape.slice(2), strides: dilations, pads, dilations: strides, group })
  // Where the stride does not divide the extent, windows beyond the filter's own come out too.
  const cut = emit.first(wide, filter_shape.slice(2), axes)
  emit.set(outputOf(node), emit.transpose(cut, [1, 0, ...axes]))
}
