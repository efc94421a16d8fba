// Reductions, ArgMax and TopK.
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import { flag, type } from '../attributes.ts'
import { dataTypes } from '../data-types.ts'
import { axisIn } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { cast } from './elementwise.ts'

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin'

/** @param empty what reducing nothing gives, where TensorFlow's kernel gives something else */
function reduce(op: string, empty?: number): Lowering<Reduction> {
  return (node, emit) => {
    const [x, y] = [inputOf(node, 0), outputOf(node)]
    const { axes, keepdims } = node.attributes
    if (empty !== undefined && sizeOf(x.shape) === 0) {
      emit.set(y, emit.filled(y.dtype, y.shape, empty))
      return
    }
    const held = emit.layoutOf(x)
    const left = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)).map((axis) => axisIn(held, axis, x.shape.length)) // prettier-ignore
    // Without the reduced axes the others must be in the graph's order.
    const layout = keepdims || left.every((position, i) => i === 0 || position > (left[i - 1] ?? 0)) ? held : 'plain'
    const inputs = [emit.as(x, layout), emit.ints(axes.map((axis) => axisIn(layout, axis, x.shape.length)))]
    emit.set(y, emit.call(op, inputs, { keep_dims: flag(keepdims === 1) }), keepdims ? layout : 'plain')
  }
}

/** Over the spatial axes, in the layout that the map has. */
function global(op: string): Lowering<'GlobalAveragePool' | 'GlobalMaxPool'> {
  return (node, emit) => {
    const x = inputOf(node, 0)
    const layout = emit.layoutOf(x)
    const axes = x.shape.slice(2).map((_, i) => axisIn(layout, i + 2, x.shape.length))
    emit.set(outputOf(node), emit.call(op, [emit.as(x, layout), emit.ints(axes)], { keep_dims: flag(true) }), layout)
  }
}

const argMax: Lowering<'ArgMax'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const inputs = [emit.name(x), emit.scalar('int32', node.attributes.axis)]
  const found = emit.call('ArgMax', inputs, { output_type: type(dataTypes.int64) })
  emit.set(y, node.attributes.keepdims ? emit.reshape(found, y.shape) : found)
}

/** TensorFlow has the largest along the last axis: the axis goes there and back, the smallest are the largest of the negated. */
const topK: Lowering<'TopK'> = (node, emit) => {
  const x = inputOf(node, 0)
  const { k, axis, largest, sorted } = node.attributes
  const perm = x.shape.map((_, i) => (i === axis ? x.shape.length - 1 : i === x.shape.length - 1 ? axis : i))
  const signed = x.dtype === 'uint8' ? 'int32' : x.dtype
  const own = emit.transpose(emit.name(x), perm)
  const wide = signed === x.dtype ? own : cast(emit, own, signed)
  const negated = (slot: number): number => (largest ? slot : emit.call('Neg', [slot]))
  const [values = -1, places = -1] = emit.callAll('TopKV2', [negated(wide), emit.scalar('int32', k)], { sorted: flag(sorted === 1) }, 2)
  const back = negated(values)
  emit.set(outputOf(node, 0), emit.transpose(signed === x.dtype ? back : cast(emit, back, x.dtype), perm))
  emit.set(outputOf(node, 1), emit.transpose(cast(emit, places, 'int64'), perm))
}

export const reduction = {
  ReduceSum: reduce('Sum'),
  ReduceMean: reduce('Mean', NaN),
  ReduceMax: reduce('Max', -Infinity),
  ReduceMin: reduce('Min', Infinity),
  ArgMax: argMax,
  TopK: topK,
  GlobalAveragePool: global('Mean'),
  GlobalMaxPool: global('Max'),
}
