// The intermediate representation: immutable nodes that produce typed values. A graph is what its outputs reach.
import type { TensorType } from '../tensor/tensor.ts'
import type { Attributes, OpType } from './ops/index.ts'

/** One result of a node; static shape, known type. */
export interface Value extends TensorType {
  readonly node: Node
  /** Position among the node's outputs. */
  readonly index: number
}

/** One operator applied to values. `null` inputs are the optional ones that were left out. */
export interface Node<Op extends OpType = OpType> {
  readonly op: Op
  readonly inputs: readonly (Value | null)[]
  readonly attributes: Attributes<Op>
  readonly outputs: readonly Value[]
}

/** All nodes that the values depend on, inputs before users, in a stable order. Iterative: graphs can be thousands of nodes deep. */
export function topological(values: Iterable<Value>): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; next: number }[] = []
  const push = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: 0 })
  }
  for (const value of values) {
    push(value.node)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (top.next < top.node.inputs.length) {
        const input = top.node.inputs[top.next++]
        if (input) push(input.node)
      } else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}
