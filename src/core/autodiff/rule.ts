// What a gradient rule is.
import type { Attributes, OpType } from '../graph/ops/index.ts'
import type { Node, Value } from '../graph/value.ts'

/** Contribution of one node to the gradients of its inputs.
 * @param dy gradients of the outputs, in order; null where an output has no influence on the loss (at least one is not null).
 * @param needed which inputs want a gradient: a rule may skip the others.
 * @returns one gradient per input, of the input's shape; null = no gradient flows (or it was not needed). */
export type GradientRule<Op extends OpType> = (
  node: Node<Op> & { readonly attributes: Attributes<Op> },
  dy: readonly (Value | null)[],
  needed: readonly boolean[],
) => readonly (Value | null)[]
