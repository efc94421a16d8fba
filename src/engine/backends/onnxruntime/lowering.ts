// What a lowering is: how one operator of the graph becomes ONNX nodes that run well on ONNX Runtime's CPU kernels.
import type { OpType } from '../../../core/graph/ops/index.ts'
import type { Node } from '../../../core/graph/value.ts'
import type { Emitter } from './emitter.ts'

export { inputOf, outputOf } from '../ends.ts'

/** Emits nodes for `node` and names all its outputs with `emit.set`. */
export type Lowering<Op extends OpType> = (node: Node<Op>, emit: Emitter) => void
