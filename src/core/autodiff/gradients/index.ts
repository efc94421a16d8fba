// THE gradient table: exhaustive over the op table, so that a missing rule fails type-checking.
import type { OpType } from '../../graph/ops/index.ts'
import type { GradientRule } from '../rule.ts'
import { elementwise } from './elementwise.ts'

/** For operators whose result is piecewise constant or not real-valued: nothing flows. */
const none = (): [] => []

export const gradients: { [Op in OpType]: GradientRule<Op> } = {
  Input: none,
  Constant: none,
  ...elementwise,
}
