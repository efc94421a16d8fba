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

/** All nodes that the values depend on, inputs before users, in a stable order. Iterative: graphs can be thousands of nodes deep.
 * @param inputsOf what a node depends on; its inputs if left out */
export function topological(values: Iterable<Value>, inputsOf = (node: Node): Node['inputs'] => node.inputs): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; inputs: Node['inputs']; next: number }[] = []
  const push = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, inputs: inputsOf(node), next: 0 })
  }
  for (const value of values) {
    push(value.node)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (top.next < top.inputs.length) {
        const input = top.inputs[top.next++]
        if (input) push(input.node)
      } else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}
