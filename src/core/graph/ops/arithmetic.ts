// Element-by-element arithmetic, comparison and logic with ONNX's (NumPy's) broadcasting.
import { broadcastShapes } from '../../tensor/tensor.ts'
import type { DType, TensorType } from '../../tensor/tensor.ts'
import { any, bool, expect, float, numeric, ofType, op, withShape } from './spec.ts'
import type { Flag, Inputs, NoAttributes, OpSpec } from './spec.ts'

function broadcast(a: TensorType, b: TensorType): TensorType {
  return withShape(a, broadcastShapes(a.shape, ofType(b, a.dtype).shape))
}

function binary<A = NoAttributes>(): OpSpec<A> {
  return op<A>({ inputs: ['A', 'B'], infer: ([a, b]) => [broadcast(numeric(a), any(b))] })
}

function predicate(check: (type: Inputs[number] | undefined) => TensorType): OpSpec<NoAttributes> {
  return op({ inputs: ['A', 'B'], infer: ([a, b]) => [{ ...broadcast(check(a), any(b)), dtype: 'bool' }] })
}

function unary(check: (type: Inputs[number] | undefined) => TensorType): OpSpec<NoAttributes> {
  return op({ inputs: ['X'], infer: ([x]) => [withShape(check(x), check(x).shape)] })
}

export const arithmetic = {
  /** ONNX Add: A + B. */
  Add: binary(),
  /** ONNX Sub: A - B. */
  Sub: binary(),
  /** ONNX Mul: A * B. */
  Mul: binary(),
  /** ONNX Div: A / B; integers are truncated towards zero. */
  Div: binary(),
  /** ONNX Pow: A to the power of B, both of one type. */
  Pow: binary(),
  /** ONNX Min of two; NaN if either is. */
  Min: binary(),
  /** ONNX Max of two; NaN if either is. */
  Max: binary(),
  /** ONNX Mod: remainder of A / B; `fmod` 0: sign of the divisor (integers only in ONNX), 1: sign of the dividend (C's fmod). */
  Mod: binary<{ fmod: Flag }>(),

  /** ONNX Equal. */
  Equal: predicate(any),
  /** ONNX Greater: A > B. */
  Greater: predicate(numeric),
  /** ONNX Less: A < B. */
  Less: predicate(numeric),
  /** ONNX GreaterOrEqual: A >= B. */
  GreaterOrEqual: predicate(numeric),
  /** ONNX LessOrEqual: A <= B. */
  LessOrEqual: predicate(numeric),
  /** ONNX And. */
  And: predicate(bool),
  /** ONNX Or. */
  Or: predicate(bool),
  /** ONNX Not. */
  Not: unary(bool),
  /** ONNX Where: X where the condition holds, else Y; all three broadcast. */
  Where: op({
    inputs: ['condition', 'X', 'Y'],
    infer: ([condition, x, y]) => {
      const chosen = broadcast(any(x), any(y))
      return [withShape(chosen, broadcastShapes(bool(condition).shape, chosen.shape))]
    },
  }),

  /** ONNX Neg. */
  Neg: unary(numeric),
  /** ONNX Abs. */
  Abs: unary(numeric),
  /** ONNX Sign: -1, 0 or 1. */
  Sign: unary(numeric),
  /** ONNX Exp. */
  Exp: unary(float),
  /** ONNX Log, natural. */
  Log: unary(float),
  /** ONNX Sqrt. */
  Sqrt: unary(float),
  /** ONNX Reciprocal: 1 / X. */
  Reciprocal: unary(float),
  /** ONNX Floor. */
  Floor: unary(float),
  /** ONNX Ceil. */
  Ceil: unary(float),
  /** ONNX Round: halves go to the even neighbour. */
  Round: unary(float),
  /** ONNX Sin. */
  Sin: unary(float),
  /** ONNX Cos. */
  Cos: unary(float),
  /** ONNX Identity. */
  Identity: unary(any),
  /** Identity through which no gradient flows. */
  StopGradient: op({ inputs: ['X'], internal: true, infer: ([x]) => [withShape(any(x), any(x).shape)] }),
  /** X, but not before the other inputs are computed: holds back what is made of it, and keeps it apart from what is made of X itself. */
  After: op({ inputs: ['X', 'Others...'], internal: true, takesHalf: true, infer: ([x]) => [withShape(any(x), any(x).shape)] }),
  /** ONNX Cast. Real numbers are truncated towards zero when they become integers; anything but 0 becomes true. To float16, from float32 only, they are rounded
   * to the nearest, ties to even, and what is beyond its range becomes its largest number, +-65504 (ONNX: infinite); NaN stays. */
  Cast: op<{ to: DType }>({
    inputs: ['input'],
    takesHalf: true,
    infer: ([x], { to }) => {
      const { dtype } = any(x)
      const other = to === 'float16' ? dtype : dtype === 'float16' ? to : 'float32'
      expect(other === 'float32', 'float32 beside float16', `${dtype} to ${to}`)
      return [{ dtype: to, shape: any(x).shape }]
    },
  }),
}
