// How each operator is lowered. What is not here cannot be computed by TensorFlow: a program with it is refused by name.
import type { OpType } from '../../../../core/graph/ops/index.ts'
import type { Lowering } from '../lowering.ts'
import { outputOf } from '../lowering.ts'
import { activation } from './activation.ts'
import { arithmetic } from './arithmetic.ts'
import { batchNormalization } from './batch-normalization.ts'
import { after, same } from './elementwise.ts'
import { indexing } from './indexing.ts'
import { matrix } from './matrix.ts'
import { movement } from './movement.ts'
import { normalisation } from './normalisation.ts'
import { reduction } from './reduction.ts'
import { resize } from './resize.ts'
import { convolution } from './windows/convolution.ts'
import { pooling } from './windows/pooling.ts'

const constant: Lowering<'Constant'> = (node, emit) => emit.set(outputOf(node), emit.constant(node.attributes.value))

/** `Input` has none: what is fed or read is there before. */
export const lowerings: { readonly [Op in Exclude<OpType, 'Input'>]: Lowering<Op> } = {
  Constant: constant,
  Identity: same,
  StopGradient: same,
  After: after,
  ...arithmetic,
  ...activation,
  ...matrix,
  ...convolution,
  ...pooling,
  ...batchNormalization,
  ...normalisation,
  ...movement,
  ...indexing,
  ...resize,
  ...reduction,
}

/** True for operators that work element by element, in any layout. */
export function isElementwise(op: OpType): boolean {
  return op in arithmetic || op in activation || op === 'Identity' || op === 'StopGradient'
}
