// Gradients of reductions and selections.
import { cast, div, equal, expand, gatherElementsGradient, mul, reduceSum } from '../../graph/build.ts'
import type { ReduceAttributes, reduction as family } from '../../graph/ops/reduction.ts'
import type { Value } from '../../graph/value.ts'
import { none } from '../rule.ts'
import type { GradientRule, GradientRules } from '../rule.ts'
import { kept } from './broadcast.ts'

function elements(x: Value, { axes }: ReduceAttributes): number {
  return axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1)
}

/** Evenly to all elements that attain the extremum (as PyTorch's amax and amin). */
const extremum: GradientRule<'ReduceMax' | 'ReduceMin'> = ({ x: [x], y, dy, attributes: { axes } }) => {
  const attained = cast(equal(x, kept(y, axes, x.shape)), x.dtype)
  return [mul(attained, div(kept(dy, axes, x.shape), reduceSum(attained, axes, 1)))]
}

export const reduction: GradientRules<keyof typeof family> = {
  ReduceSum: ({ x: [x], dy, attributes: { axes } }) => [expand(kept(dy, axes, x.shape), x.shape)],
  ReduceMean: ({ x: [x], dy, attributes }) => [expand(kept(div(dy, elements(x, attributes)), attributes.axes, x.shape), x.shape)],
  ReduceMax: extremum,
  ReduceMin: extremum,
  ArgMax: none,
  TopK: ({ x: [x], outputs: [, indices], dy, attributes: { axis } }) =>
    indices ? [gatherElementsGradient(dy, indices, x.shape, axis)] : [],
}
