// Builders of arithmetic, comparison, logic and activation.
import { scalar, tensor, sizeOf } from '../../tensor/tensor.ts'
import type { DType, Shape } from '../../tensor/tensor.ts'
import { apply, constant } from '../apply.ts'
import type { Attributes, OpType } from '../ops/index.ts'
import { GraphError } from '../ops/spec.ts'
import type { Flag } from '../ops/spec.ts'
import type { Value } from '../value.ts'

/** A value, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = Value | number

/** A scalar constant. */
export function scalarOf(dtype: DType, value: number): Value {
  return constant(scalar(dtype, value))
}

/** A constant whose element at row-major position `i` is `element(i)`. */
export function constantOf(dtype: DType, shape: Shape, element: (i: number) => number): Value {
  return constant(
    tensor(
      dtype,
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => element(i)),
    ),
  )
}

/** A tensor of one number everywhere, kept as a scalar that is expanded. */
export function full(dtype: DType, shape: Shape, value: number): Value {
  const element = scalarOf(dtype, value)
  return shape.length === 0 ? element : apply('Expand', [element], { shape })
}

function operands(a: Operand, b: Operand): [Value, Value] {
  const like = typeof a === 'number' ? b : a
  if (typeof like === 'number') throw new GraphError('expected a value among the operands, found two numbers')
  const { dtype } = like
  return [typeof a === 'number' ? scalarOf(dtype, a) : a, typeof b === 'number' ? scalarOf(dtype, b) : b]
}

/** Operators without attributes. */
type Plain = { [Op in OpType]: keyof Attributes<Op> extends never ? Op : never }[OpType]

function binary(op: Plain): (a: Operand, b: Operand) => Value {
  return (a, b) => apply(op, operands(a, b), {})
}

function unary(op: Plain): (x: Value) => Value {
  return (x) => apply(op, [x], {})
}

export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')
export const pow = binary('Pow')
export const min = binary('Min')
export const max = binary('Max')
export const equal = binary('Equal')
export const greater = binary('Greater')
export const less = binary('Less')
export const greaterOrEqual = binary('GreaterOrEqual')
export const lessOrEqual = binary('LessOrEqual')
export const and = binary('And')
export const or = binary('Or')

/** Remainder of a / b: sign of the divisor, or of the dividend with `fmod` 1. */
export function mod(a: Operand, b: Operand, fmod: Flag = 0): Value {
  return apply('Mod', operands(a, b), { fmod })
}

/** x where the condition holds, else y. */
export function where(condition: Value, x: Operand, y: Operand): Value {
  return apply('Where', [condition, ...operands(x, y)], {})
}

export const not = unary('Not')
export const neg = unary('Neg')
export const abs = unary('Abs')
export const sign = unary('Sign')
export const exp = unary('Exp')
export const log = unary('Log')
export const sqrt = unary('Sqrt')
export const reciprocal = unary('Reciprocal')
export const floor = unary('Floor')
export const ceil = unary('Ceil')
export const round = unary('Round')
export const sin = unary('Sin')
export const cos = unary('Cos')
export const identity = unary('Identity')
/** The same numbers; no gradient flows through. */
export const stopGradient = unary('StopGradient')

/** x, once the others are computed. */
export function after(x: Value, others: readonly Value[]): Value {
  return others.length === 0 ? x : apply('After', [x, ...others], {})
}

/** The value itself if it is of that type already. */
export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : apply('Cast', [x], { to })
}

export const relu = unary('Relu')
export const sigmoid = unary('Sigmoid')
export const tanh = unary('Tanh')
export const softplus = unary('Softplus')
export const erf = unary('Erf')
export const hardSwish = unary('HardSwish')

/** dY where Y > 0, else 0. */
export function reluGradient(dy: Value, y: Value): Value {
  return apply('ReluGradient', [dy, y], {})
}

export function hardSigmoid(x: Value, alpha = 0.2, beta = 0.5): Value {
  return apply('HardSigmoid', [x], { alpha, beta })
}

export function leakyRelu(x: Value, alpha = 0.01): Value {
  return apply('LeakyRelu', [x], { alpha })
}

export function pRelu(x: Value, slope: Operand): Value {
  return apply('PRelu', operands(x, slope), {})
}

export function elu(x: Value, alpha = 1): Value {
  return apply('Elu', [x], { alpha })
}

export function gelu(x: Value, approximate: 'none' | 'tanh' = 'none'): Value {
  return apply('Gelu', [x], { approximate })
}

export function clip(x: Value, low = -Infinity, high = Infinity): Value {
  return apply('Clip', [x], { min: low, max: high })
}
