// Moving elements without changing them. What takes a map apart or joins maps along the channels does so in the layout that the map has.
import { sameShape, sizeOf } from '../../../../core/tensor/tensor.ts'
import type { OpType } from '../../../../core/graph/ops/index.ts'
import { int } from '../attributes.ts'
import { axisIn, hasLayouts, heldShape } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { pad } from './pad.ts'
import { slice, sliceGradient } from './slice.ts'

function reshaped<Op extends OpType>(): Lowering<Op> {
  return (node, emit) => {
    const y = outputOf(node)
    emit.set(y, emit.reshape(emit.name(inputOf(node, 0)), y.shape))
  }
}

const transpose: Lowering<'Transpose'> = (node, emit) => {
  emit.set(outputOf(node), emit.transpose(emit.name(inputOf(node, 0)), node.attributes.perm))
}

/** One number a channel of an image over a whole map (the gradient of GlobalAveragePool) becomes one with the channels last. */
const expand: Lowering<'Expand'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const overMap = hasLayouts(y) && sameShape(x.shape, [...y.shape.slice(0, 2), ...y.shape.slice(2).map(() => 1)])
  const layout = overMap && emit.hasConvolutions ? 'channels-last' : 'plain'
  emit.set(y, emit.call('BroadcastTo', [emit.as(x, layout), emit.ints(heldShape(y.shape, layout))]), layout)
}

const concat: Lowering<'Concat'> = (node, emit) => {
  const y = outputOf(node)
  const inputs = node.inputs.flatMap((x) => x ?? [])
  const layout = inputs.some((x) => emit.layoutOf(x) === 'channels-last') ? 'channels-last' : 'plain'
  const parts = inputs.filter((x) => sizeOf(x.shape) > 0 || sizeOf(y.shape) === 0).map((x) => emit.as(x, layout))
  const axis = axisIn(layout, node.attributes.axis, y.shape.length)
  emit.set(y, emit.concat(parts, axis, y.dtype), layout)
}

const split: Lowering<'Split'> = (node, emit) => {
  const x = inputOf(node, 0)
  const layout = emit.layoutOf(x) === 'channels-last' ? 'channels-last' : 'plain'
  const axis = emit.scalar('int32', axisIn(layout, node.attributes.axis, x.shape.length))
  const { length } = node.outputs
  const parts = emit.callAll('SplitV', [emit.as(x, layout), emit.ints(node.attributes.split), axis], { num_split: int(length) }, length)
  parts.forEach((slot, i) => emit.set(outputOf(node, i), slot, layout))
}

const tile: Lowering<'Tile'> = (node, emit) => {
  emit.set(outputOf(node), emit.call('Tile', [emit.name(inputOf(node, 0)), emit.ints(node.attributes.repeats)]))
}

export const movement = {
  Reshape: reshaped<'Reshape'>(),
  Flatten: reshaped<'Flatten'>(),
  Squeeze: reshaped<'Squeeze'>(),
  Unsqueeze: reshaped<'Unsqueeze'>(),
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Split: split,
  Slice: slice,
  SliceGradient: sliceGradient,
  Pad: pad,
  Tile: tile,
}
