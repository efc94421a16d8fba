// THE op table: one row an operator, in families. Names, inputs and attributes are ONNX's where ONNX has the operator.
import { leaves } from './leaves.ts'
import { elementwise } from './elementwise.ts'
import type { OpSpec } from './spec.ts'

export const ops = { ...leaves, ...elementwise }

export type OpType = keyof typeof ops
export type Attributes<Op extends OpType> = (typeof ops)[Op] extends OpSpec<infer A> ? A : never
