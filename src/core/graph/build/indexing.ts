// Builders of reading and writing by index.
import type { DType, Shape } from '../../tensor/tensor.ts'
import { apply } from '../apply.ts'
import type { Value } from '../value.ts'
import { normaliseAxis } from './axes.ts'

/** Whole slices of `data` along the axis. */
export function gather(data: Value, indices: Value, axis = 0): Value {
  return apply('Gather', [data, indices], { axis: normaliseAxis(axis, data.shape.length) })
}

/** Adds the slices of dY at their indices into zeros of `inputShape`. */
export function gatherGradient(dy: Value, indices: Value, inputShape: Shape, axis = 0): Value {
  return apply('GatherGradient', [dy, indices], { axis: normaliseAxis(axis, inputShape.length), input_shape: inputShape })
}

/** Single elements of `data`: indices have its rank. */
export function gatherElements(data: Value, indices: Value, axis = 0): Value {
  return apply('GatherElements', [data, indices], { axis: normaliseAxis(axis, data.shape.length) })
}

/** Adds the elements of dY at their indices into zeros of `inputShape`. */
export function gatherElementsGradient(dy: Value, indices: Value, inputShape: Shape, axis = 0): Value {
  return apply('GatherElementsGradient', [dy, indices], { axis: normaliseAxis(axis, inputShape.length), input_shape: inputShape })
}

/** `data` with the updates written or added at the indices. */
export function scatterElements(data: Value, indices: Value, updates: Value, axis = 0, reduction: 'none' | 'add' = 'none'): Value {
  return apply('ScatterElements', [data, indices, updates], { axis: normaliseAxis(axis, data.shape.length), reduction })
}

/** Ones at the indices along a new axis of extent `depth`, zeros elsewhere. */
export function oneHot(indices: Value, depth: number, axis = -1, dtype: DType = 'float32'): Value {
  return apply('OneHot', [indices], { depth, axis: normaliseAxis(axis, indices.shape.length + 1), dtype })
}
