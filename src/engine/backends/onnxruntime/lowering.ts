// What a lowering is: how one operator of the graph becomes ONNX nodes that run well on ONNX Runtime's CPU kernels.
import type { OpType } from '../../../core/graph/ops/index.ts'
import type { Node } from '../../../core/graph/value.ts'
import type { Emitter } from './emitter.ts'

/** Emits nodes for `node` and names all its outputs with `emit.set`. */
export type Lowering<Op extends OpType> = (node: Node<Op>, emit: Emitter) => void

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
