// How a value's elements lie in memory while TensorFlow computes.
import type { Shape, TensorType } from '../../../core/tensor/tensor.ts'

/** `plain`: row-major, as the graph has it. `channels-last`: [N, C, spatial...] as [N, spatial..., C], which TensorFlow's kernels want.
 * `filter`: [O, I, spatial...] as [spatial..., I, O]. */
export type Layout = 'plain' | 'channels-last' | 'filter'

/** True if the layouts differ for this value. */
export function hasLayouts({ shape }: Pick<TensorType, 'shape'>): boolean {
  return shape.length >= 3
}

/** Axis of the plain value at each position of the held one. */
function order(rank: number, layout: Layout): number[] {
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2)
  if (layout === 'plain') return [0, 1, ...spatial]
  return layout === 'channels-last' ? [0, ...spatial, 1] : [...spatial, 1, 0]
}

/** Position of an axis of the plain value in the held one. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  return layout === 'plain' ? axis : order(rank, layout).indexOf(axis)
}

/** Shape under which a value is held. */
export function heldShape(shape: Shape, layout: Layout): number[] {
  return layout === 'plain' ? [...shape] : order(shape.length, layout).map((axis) => shape[axis] ?? 1)
}

/** The permutation from one layout to another, and whether it leaves the elements in their order, so that it is only another shape. */
export function conversion(shape: Shape, from: Layout, to: Layout): { readonly perm: readonly number[]; readonly isReshape: boolean } {
  const before = order(shape.length, from)
  const perm = order(shape.length, to).map((axis) => before.indexOf(axis))
  const moved = perm.filter((position) => shape[before[position] ?? 0] !== 1)
  return { perm, isReshape: moved.every((position, i) => i === 0 || position > (moved[i - 1] ?? 0)) || shape.includes(0) }
}
