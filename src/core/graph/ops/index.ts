// THE op table: one row an operator, in families. Names, inputs and attributes are ONNX's where ONNX has the operator.
import { leaves } from './leaves.ts'
import { arithmetic } from './arithmetic.ts'
import { activation } from './activation.ts'
import { matrix } from './matrix.ts'
import { convolution } from './convolution.ts'
import { pooling } from './pooling.ts'
import { normalisation } from './normalisation.ts'
import { movement } from './movement.ts'
import { indexing } from './indexing.ts'
import { resize } from './resize.ts'
import { reduction } from './reduction.ts'
import type { OpSpec } from './spec.ts'

export const ops = {
  ...leaves,
  ...arithmetic,
  ...activation,
  ...matrix,
  ...convolution,
  ...pooling,
  ...normalisation,
  ...movement,
  ...indexing,
  ...resize,
  ...reduction,
}

export type OpType = keyof typeof ops
export type Attributes<Op extends OpType> = (typeof ops)[Op] extends OpSpec<infer A> ? A : never
