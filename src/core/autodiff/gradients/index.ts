// THE gradient table: exhaustive over the op table, so that a missing rule fails type-checking. One file a family, as in graph/ops.
import type { OpType } from '../../graph/ops/index.ts'
import { none } from '../rule.ts'
import type { GradientRules } from '../rule.ts'
import { activation } from './activation.ts'
import { arithmetic } from './arithmetic.ts'
import { convolution } from './convolution.ts'
import { indexing } from './indexing.ts'
import { matrix } from './matrix.ts'
import { movement } from './movement.ts'
import { normalisation } from './normalisation.ts'
import { pooling } from './pooling.ts'
import { reduction } from './reduction.ts'
import { resize } from './resize.ts'

export const gradients: GradientRules<OpType> = {
  Input: none,
  Constant: none,
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
