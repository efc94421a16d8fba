// The inputs and outputs of a node where the op table says that there are some: for lowerings of every engine.
import type { Node } from '../../core/graph/value.ts'

/** The node's input at a position where the op table says that there is one. */
export function inputOf(node: Pick<Node, 'op' | 'inputs'>, position: number): NonNullable<Node['inputs'][number]> {
  const value = node.inputs[position]
  if (!value) throw new Error(`${node.op}: input ${position} is missing`)
  return value
}

/** The node's output at a position where the op table says that there is one. */
export function outputOf(node: Pick<Node, 'op' | 'outputs'>, position = 0): Node['outputs'][number] {
  const value = node.outputs[position]
  if (!value) throw new Error(`${node.op}: it has no output ${position}`)
  return value
}
