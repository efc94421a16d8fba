// Gradient of Conv with respect to its input.
import type { Node } from '../../../../../core/graph/value.ts'
import { blockedConv, blockOf, depthwiseFilter, extentsOf, padded, pointwiseGradientFilter } from '../../blocked.ts'
import type { Emitter } from '../../emitter.ts'
import { isBlockable } from '../../layout.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { transposedPads } from '../windows.ts'
import { kindOf } from './kind.ts'
import { rowsInputGradient, rowsPlan } from './rows.ts'

export const convInputGradient: Lowering<'ConvInputGradient'> = (node, emit) => {
  const [dy, w, dx] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const rows = rowsPlan(emit, dx, w.shape, dy, node.attributes, dy)
  const blockable = isBlockable(dy, emit) && isBlockable(dx, emit)
  const kind = blockable ? kindOf(dx.shape, w.shape, node.attributes, emit.block) : 'other'
  if (rows) emit.set(dx, rowsInputGradient(emit, dy, w, dx, rows), 'rows')
  else if (kind === 'depthwise') depthwise(node, emit)
  else if (kind === 'pointwise' && (emit.preferred === 'blocked' || emit.holds(dy, 'blocked'))) pointwise(node, emit)
  else transposed(node, emit)
}

/** A transposed convolution with the filter as it is. */
function transposed(node: Node<'ConvInputGradient'>, emit: Emitter): void {
  const { strides, pads, dilations, group, input_shape } = node.attributes
  const [dy, w] = [inputOf(node, 0), inputOf(node, 1)]
  const kernel_shape = w.shape.slice(2)
  const place = transposedPads(input_shape.slice(2), dy.shape.slice(2), { kernel_shape, strides, pads, dilations })
  const dx = emit.node('ConvTranspose', [emit.name(dy), emit.name(w)], { kernel_shape, strides, dilations, group, ...place })
  emit.set(outputOf(node), dx)
}

/** dY times the transposed filter, spread over the input if the stride is above 1. */
function pointwise(node: Node<'ConvInputGradient'>, emit: Emitter): void {
  const [dy, w, dx] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const [outputs = 1, inputs = 1] = w.shape
  const filter = pointwiseGradientFilter(emit, emit.name(w), outputs, inputs)
  const small = blockedConv(emit, [emit.as(dy, 'blocked'), filter], { kernel_shape: [1, 1] })
  const [h = 1, v = 1] = dx.shape.slice(2)
  emit.set(dx, spread(emit, small, { ...extentsOf(dy), c: inputs }, node.attributes.strides, [h, v]), 'blocked')
}

/** A convolution of dY, spread by the strides, with the filter turned by 180 degrees. */
function depthwise(node: Node<'ConvInputGradient'>, emit: Emitter): void {
  const { strides, pads, dilations } = node.attributes
  const [dy, w, dx] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const { c, h, w: width } = extentsOf(dy)
  const [kh = 1, kw = 1] = w.shape.slice(2)
  const reach = [kh, kw].map((k, axis) => (dilations[axis] ?? 1) * (k - 1))
  const begins = reach.map((r, axis) => r - (pads[axis] ?? 0))
  // Extents of what is convolved: dY with zeros between its elements, as much of it as the input's last element needs.
  const spreads = [h, width].map((extent, axis) => {
    const needed = (dx.shape[axis + 2] ?? 1) + (reach[axis] ?? 0) - (begins[axis] ?? 0)
    return Math.min(extent * (strides[axis] ?? 1), needed)
  })
  const ends = spreads.map((extent, axis) => (dx.shape[axis + 2] ?? 1) + (reach[axis] ?? 0) - (begins[axis] ?? 0) - extent)
  if ([...begins, ...ends].some((pad) => pad < 0)) {
    transposed(node, emit)
    return
  }
  const [sh = 1, sw = 1] = spreads
  const wide = spread(emit, emit.as(dy, 'blocked'), extentsOf(dy), strides, [sh, sw])
  const filter = depthwiseFilter(emit, emit.name(w), c, [kh, kw], true)
  const attributes = { kernel_shape: [kh, kw], pads: [...begins, ...ends], dilations, group: padded(emit, c) }
  emit.set(dx, blockedConv(emit, [wide, filter], attributes), 'blocked')
}

/** Puts strides - 1 zeros behind every element of H and W, then cuts or fills up to [height, width]. */
function spread(
  emit: Emitter,
  name: string,
  { n, c, h, w }: { n: number; c: number; h: number; w: number },
  [sh = 1, sw = 1]: readonly number[],
  [height, width]: readonly [number, number],
): string {
  const block = blockOf(emit)
  const maps = (n * padded(emit, c)) / block
  let spreaded = name
  if (sh > 1 || sw > 1) {
    const apart = emit.reshape(name, [maps, h, 1, w, 1, block])
    spreaded = emit.node('Pad', [apart, emit.ints([0, 0, 0, 0, 0, 0, 0, 0, sh - 1, 0, sw - 1, 0])])
  }
  if (height !== h * sh || width !== w * sw) {
    const flat = emit.reshape(spreaded, [maps, h * sh, w * sw, block])
    spreaded = emit.node('Pad', [flat, emit.ints([0, 0, 0, 0, 0, height - h * sh, width - w * sw, 0])])
  }
  return spreaded === name ? name : emit.reshape(spreaded, [n, padded(emit, c), height, width])
}
