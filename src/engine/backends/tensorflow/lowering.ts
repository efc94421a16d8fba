// What a lowering is: how one operator of the graph becomes calls of TensorFlow's.
import type { OpType } from '../../../core/graph/ops/index.ts'
import type { Node } from '../../../core/graph/value.ts'
import type { Emitter } from './emitter.ts'

export { inputOf, outputOf } from '../ends.ts'

/** Emits calls for `node` and says with `emit.set` what holds each of its outputs. */
export type Lowering<Op extends OpType> = (node: Node<Op>, emit: Emitter) => void
