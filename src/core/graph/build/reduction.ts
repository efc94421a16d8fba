// Builders of reductions, ArgMax and TopK.
import { apply, applyAll } from '../apply.ts'
import { GraphError } from '../ops/spec.ts'
import type { Flag } from '../ops/spec.ts'
import type { Value } from '../value.ts'
import { normaliseAxes, normaliseAxis } from './axes.ts'

type Reduction = (x: Value, axes?: readonly number[], keepdims?: Flag) => Value

/** All axes if none are given. The value itself where there is no axis to reduce. */
function reduce(op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin'): Reduction {
  return (x, axes, keepdims = 0) => {
    const normalised = normaliseAxes(axes, x)
    return normalised.length === 0 ? x : apply(op, [x], { axes: normalised, keepdims })
  }
}

export const reduceSum = reduce('ReduceSum')
export const reduceMean = reduce('ReduceMean')
export const reduceMax = reduce('ReduceMax')
export const reduceMin = reduce('ReduceMin')

/** Position of the first maximum along the axis, int64. */
export function argMax(x: Value, axis: number, keepdims: Flag = 1): Value {
  return apply('ArgMax', [x], { axis: normaliseAxis(axis, x.shape.length), keepdims })
}

/** The k largest (or smallest) along the axis, in order, and their positions (int64). */
export function topK(x: Value, k: number, axis = -1, largest: Flag = 1, sorted: Flag = 1): { values: Value; indices: Value } {
  const [values, indices] = applyAll('TopK', [x], { k, axis: normaliseAxis(axis, x.shape.length), largest, sorted })
  if (!values || !indices) throw new GraphError('TopK: expected two outputs')
  return { values, indices }
}
