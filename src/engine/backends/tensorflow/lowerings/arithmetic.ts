// Arithmetic, comparison and logic.
import { isFloat, largestHalf } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import { fitsHalf } from '../../half.ts'
import { inputOf } from '../lowering.ts'
import { calls, cast, elementwise } from './elementwise.ts'

/** Element types that many kernels lack. */
const bytes = { wider: { uint8: 'int32' } } as const
const integers = { wider: { uint8: 'int64', int32: 'int64' } } as const

export const arithmetic = {
  Add: calls<'Add'>('AddV2'),
  Sub: calls<'Sub'>('Sub'),
  Mul: calls<'Mul'>('Mul'),
  Div: elementwise<'Div'>((emit, operands, { inputs: [a] }) =>
    emit.call(isFloat(a?.dtype ?? 'float32') ? 'RealDiv' : 'TruncateDiv', operands),
  ),
  Pow: calls<'Pow'>('Pow', bytes),
  Min: calls<'Min'>('Minimum'),
  Max: calls<'Max'>('Maximum'),
  /** TensorFlow has the remainder of bytes neither way. */
  Mod: elementwise<'Mod'>((emit, operands, { attributes: { fmod }, inputs: [a] }) => {
    const dtype: DType = a?.dtype ?? 'float32'
    const op = fmod ? 'TruncateMod' : 'FloorMod'
    if (dtype !== 'uint8') return emit.call(op, operands)
    return cast(emit, emit.call(op, operands.map((slot) => cast(emit, slot, 'int32'))), dtype) // prettier-ignore
  }),
  Equal: calls<'Equal'>('Equal'),
  Greater: calls<'Greater'>('Greater'),
  Less: calls<'Less'>('Less'),
  GreaterOrEqual: calls<'GreaterOrEqual'>('GreaterEqual'),
  LessOrEqual: calls<'LessOrEqual'>('LessEqual'),
  And: calls<'And'>('LogicalAnd'),
  Or: calls<'Or'>('LogicalOr'),
  Not: calls<'Not'>('LogicalNot'),
  Where: calls<'Where'>('SelectV2'),
  Neg: calls<'Neg'>('Neg', bytes),
  Abs: calls<'Abs'>('Abs', bytes),
  Sign: calls<'Sign'>('Sign', integers),
  Exp: calls<'Exp'>('Exp'),
  Log: calls<'Log'>('Log'),
  Sqrt: calls<'Sqrt'>('Sqrt'),
  Reciprocal: calls<'Reciprocal'>('Reciprocal'),
  Floor: calls<'Floor'>('Floor'),
  Ceil: calls<'Ceil'>('Ceil'),
  Round: calls<'Round'>('Rint'),
  Sin: calls<'Sin'>('Sin'),
  Cos: calls<'Cos'>('Cos'),
  /** What float16 cannot hold becomes its largest number, not infinite. */
  Cast: elementwise<'Cast'>((emit, [x = -1], node) => {
    const { to } = node.attributes
    if (to !== 'float16' || fitsHalf(inputOf(node, 0))) return cast(emit, x, to)
    const bounds = [-largestHalf, largestHalf].map((bound) => emit.scalar('float32', bound))
    return cast(emit, emit.call('ClipByValue', [x, ...bounds]), to)
  }),
}
