// What a gradient rule is.
import type { Attributes, OpType } from '../graph/ops/index.ts'
import type { Node, Value } from '../graph/value.ts'

/** Where a rule is applied: one node and the gradients that have arrived at its outputs. */
export interface Site<Op extends OpType> extends Pick<Node<Op>, 'inputs' | 'outputs'> {
  readonly attributes: Attributes<Op>
  /** The inputs that the operator requires: it cannot be applied without them. Optional and variadic ones are read from `inputs`. */
  readonly x: readonly [Value, Value, Value, Value, Value]
  /** The first output. */
  readonly y: Value
  /** Gradient of the first output; zeros where only other outputs have an influence on the loss. */
  readonly dy: Value
  /** Gradients of all outputs; null where an output has no influence on the loss. */
  readonly dys: readonly (Value | null)[]
  /** Which inputs want a gradient. A rule need not look: what no result reaches is no part of any graph and is never computed. */
  readonly needed: readonly boolean[]
}

/** Contribution of one node to the gradients of its inputs.
 * @returns one gradient per input, of the input's shape; null (or none at the end) = no gradient flows. */
export type GradientRule<Op extends OpType> = (site: Site<Op>) => readonly (Value | null)[]

/** Exhaustive rules for a family of operators. */
export type GradientRules<Op extends OpType> = { [O in Op]: GradientRule<O> }

/** For operators whose result is constant, piecewise constant or not real-valued: nothing flows, and nothing before them is visited. */
export const none = (): readonly never[] => []

/** For gradient operators whose own gradient is not offered.
 * @throws Error naming the operator when a gradient of that gradient is wanted. */
export function unsupported(op: OpType): () => never {
  return () => {
    throw new Error(`${op} cannot be differentiated: the gradient of this gradient is not offered`)
  }
}
