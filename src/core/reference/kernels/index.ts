// THE kernel table of the reference engine: exhaustive over the op table, so that a missing kernel fails type-checking.
import type { OpType } from '../../graph/ops/index.ts'
import type { Kernel } from '../kernel.ts'
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

export const kernels: { [Op in OpType]: Kernel<Op> } = {
  Input: ({ attributes: { name } }) => {
    throw new Error(`input ${name} was given no value`)
  },
  Constant: ({ attributes: { value } }) => [value],
  ...arithmetic,
  ...activation,
  ...matrix,
  ...convolution,
  ...pooling,
  ...normalisation,
  ...movement,
  ...indexing,
  ...reduction,
  ...resize,
}
