// Normalising axes: builders accept negative ones, the op table does not.
import type { Value } from '../value.ts'
import { GraphError } from '../ops/spec.ts'

/** An axis of 0..rank-1 from one of -rank..rank-1.
 * @throws GraphError outside of that. */
export function normaliseAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new GraphError(`expected an axis from ${-rank} to ${rank - 1}, found ${axis}`)
  return axis < 0 ? axis + rank : axis
}

/** Axes of 0..rank-1; all of them if none are given. */
export function normaliseAxes(axes: readonly number[] | undefined, { shape }: Value): number[] {
  return axes ? axes.map((axis) => normaliseAxis(axis, shape.length)) : shape.map((_, axis) => axis)
}
