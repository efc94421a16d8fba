// Broadcasting and its reverse, shared by the rules.
import { broadcastShapes, sameShape } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { reduceSum, reshape } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'

/** Reverse of broadcasting `shape` to dy.shape: sums over the axes that were stretched. */
export function unbroadcast(dy: Value, shape: Shape): Value {
  if (sameShape(dy.shape, shape)) return dy
  const added = dy.shape.length - shape.length
  const stretched = dy.shape.flatMap((extent, axis) => (extent !== (shape[axis - added] ?? 1) ? [axis] : []))
  return reshape(reduceSum(dy, stretched), shape)
}

/** dy without its expansion, where broadcasting with `other` brings the same shape: gradients of sums and means are expanded scalars. */
export function unexpanded(dy: Value, other: Value): Value {
  const [source] = dy.node.op === 'Expand' ? dy.node.inputs : []
  return source && sameShape(broadcastShapes(source.shape, other.shape), dy.shape) ? source : dy
}

/** A reduced value with its axes kept as extent 1, so that it broadcasts to `shape`. */
export function kept(value: Value, axes: readonly number[], shape: Shape): Value {
  return reshape(value, shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))) // prettier-ignore
}

/** A vector [C] that broadcasts along axis 1 of [N, C, ...]. */
export function perChannel(vector: Value, like: Value): Value {
  return reshape(vector, [...vector.shape, ...like.shape.slice(2).map(() => 1)])
}

/** Sum over all axes but 1: [N, C, ...] -> [C]. */
export function sumPerChannel(value: Value): Value {
  return reduceSum(value, value.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))) // prettier-ignore
}
