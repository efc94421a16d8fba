// Gathering, scattering and their gradients. Negative indices count from the end; the sums of gradients are over segments of equal indices.
import { sizeOf, stridesOf, tensor } from '../../../../core/tensor/tensor.ts'
import type { Shape } from '../../../../core/tensor/tensor.ts'
import type { Value } from '../../../../core/graph/value.ts'
import { int, type } from '../attributes.ts'
import { dataTypes } from '../data-types.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'

/** The indices with `extent` added to the negative ones. */
function positive(emit: Emitter, at: Value, extent: number): Slot {
  const slot = emit.name(at)
  const isNegative = emit.call('Less', [slot, emit.scalar(at.dtype, 0)])
  return emit.call('SelectV2', [isNegative, emit.call('AddV2', [slot, emit.scalar(at.dtype, extent)]), slot])
}

const gather: Lowering<'Gather'> = (node, emit) => {
  const [x, at] = [inputOf(node, 0), inputOf(node, 1)]
  const { axis } = node.attributes
  emit.set(outputOf(node), emit.call('GatherV2', [emit.name(x), positive(emit, at, x.shape[axis] ?? 0), emit.scalar('int32', axis)]))
}

/** The axis goes to the front for the sum and back. */
const gatherGradient: Lowering<'GatherGradient'> = (node, emit) => {
  const [dy, at] = [inputOf(node, 0), inputOf(node, 1)]
  const { axis, input_shape } = node.attributes
  const extent = input_shape[axis] ?? 0
  const [outer, inner] = [sizeOf(input_shape.slice(0, axis)), sizeOf(input_shape.slice(axis + 1))]
  const front = emit.transpose(emit.reshape(emit.name(dy), [outer, sizeOf(at.shape), inner]), [1, 0, 2])
  const ids = emit.reshape(positive(emit, at, extent), [sizeOf(at.shape)])
  const sums = emit.call('UnsortedSegmentSum', [front, ids, emit.scalar('int32', extent)])
  emit.set(outputOf(node), emit.reshape(emit.transpose(sums, [1, 0, 2]), input_shape))
}

/** For each index along `axis`, beside its neighbours on the other axes: the position in a tensor of `shape` seen as one row. */
function places(emit: Emitter, at: Value, axis: number, shape: Shape): Slot {
  const [strides, own] = [stridesOf(shape), stridesOf(at.shape)]
  const others = Array.from({ length: sizeOf(at.shape) }, (_, i) =>
    strides.reduce((sum, stride, k) => (k === axis ? sum : sum + stride * (Math.floor(i / (own[k] ?? 1)) % (at.shape[k] ?? 1))), 0),
  )
  const along = emit.call('Mul', [positive(emit, at, shape[axis] ?? 0), emit.scalar(at.dtype, strides[axis] ?? 1)])
  return emit.reshape(emit.call('AddV2', [along, emit.constant(tensor(at.dtype, at.shape, others))]), [sizeOf(at.shape)])
}

const gatherElements: Lowering<'GatherElements'> = (node, emit) => {
  const [x, at, y] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const flat = emit.reshape(emit.name(x), [sizeOf(x.shape)])
  const found = emit.call('GatherV2', [flat, places(emit, at, node.attributes.axis, x.shape), emit.scalar('int32', 0)])
  emit.set(y, emit.reshape(found, y.shape))
}

const gatherElementsGradient: Lowering<'GatherElementsGradient'> = (node, emit) => {
  const { axis, input_shape } = node.attributes
  emit.set(outputOf(node), emit.reshape(sumsAt(emit, inputOf(node, 0), inputOf(node, 1), axis, input_shape), input_shape))
}

/** Adds each element at its place in a row of zeros that `shape` is seen as. */
function sumsAt(emit: Emitter, updates: Value, at: Value, axis: number, shape: Shape): Slot {
  const flat = emit.reshape(emit.name(updates), [sizeOf(updates.shape)])
  return emit.call('UnsortedSegmentSum', [flat, places(emit, at, axis, shape), emit.scalar('int32', sizeOf(shape))])
}

const scatterElements: Lowering<'ScatterElements'> = (node, emit) => {
  const [data, at, updates] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]
  const { axis, reduction } = node.attributes
  const { shape } = data
  if (reduction === 'add') {
    emit.set(outputOf(node), emit.call('AddV2', [emit.name(data), emit.reshape(sumsAt(emit, updates, at, axis, shape), shape)]))
    return
  }
  const column = emit.reshape(places(emit, at, axis, shape), [sizeOf(at.shape), 1])
  const [flat, values] = [emit.reshape(emit.name(data), [sizeOf(shape)]), emit.reshape(emit.name(updates), [sizeOf(at.shape)])]
  emit.set(outputOf(node), emit.reshape(emit.call('TensorScatterUpdate', [flat, column, values]), shape))
}

const oneHot: Lowering<'OneHot'> = (node, emit) => {
  const at = inputOf(node, 0)
  const { depth, axis, dtype } = node.attributes
  const values = [1, 0].map((value) => emit.scalar(dtype, value))
  const attributes = { axis: int(axis === at.shape.length ? -1 : axis), T: type(dataTypes[dtype]) }
  emit.set(outputOf(node), emit.call('OneHot', [positive(emit, at, depth), emit.scalar('int32', depth), ...values], attributes))
}

export const indexing = {
  Gather: gather,
  GatherGradient: gatherGradient,
  GatherElements: gatherElements,
  GatherElementsGradient: gatherElementsGradient,
  ScatterElements: scatterElements,
  OneHot: oneHot,
}
