// Activation functions.
import { broadcastShapes, sameShape } from '../../tensor/tensor.ts'
import type { TensorType } from '../../tensor/tensor.ts'
import { describe, describeShape, exactly, expect, float, numeric, ofType, op, withShape } from './spec.ts'
import type { Inputs, NoAttributes, OpSpec } from './spec.ts'

function unary<A = NoAttributes>(check: (type: Inputs[number] | undefined) => TensorType = float): OpSpec<A> {
  return op<A>({ inputs: ['X'], infer: ([x]) => [withShape(check(x), check(x).shape)] })
}

export const activation = {
  /** ONNX Relu: max(X, 0). */
  Relu: unary(numeric),
  /** Gradient of Relu from its output: dY where Y > 0, else 0. */
  ReluGradient: op({
    inputs: ['dY', 'Y'],
    internal: true,
    infer: ([dy, y]) => {
      const { dtype, shape } = float(dy)
      return [withShape(exactly(y, dtype, shape, 'Y'), shape)]
    },
  }),
  /** ONNX LeakyRelu: X where X >= 0, else alpha * X. */
  LeakyRelu: unary<{ alpha: number }>(),
  /** ONNX PRelu: X where X >= 0, else slope * X; the slope broadcasts to X. */
  PRelu: op({
    inputs: ['X', 'slope'],
    infer: ([x, slope]) => {
      const type = float(x)
      const { shape } = ofType(slope, type.dtype)
      expect(
        sameShape(broadcastShapes(type.shape, shape), type.shape),
        `a slope that broadcasts to ${describe(type)}`,
        describeShape(shape),
      )
      return [withShape(type, type.shape)]
    },
  }),
  /** ONNX Elu: X where X >= 0, else alpha * (exp(X) - 1). */
  Elu: unary<{ alpha: number }>(),
  /** ONNX Clip: min(max(X, min), max); +-Infinity leaves a side open. */
  Clip: op<{ min: number; max: number }>({
    inputs: ['input'],
    attributeInputs: { min: 1, max: 2 },
    infer: ([x]) => [withShape(numeric(x), numeric(x).shape)],
  }),
  /** ONNX Sigmoid: 1 / (1 + exp(-X)). */
  Sigmoid: unary(),
  /** ONNX HardSigmoid: max(0, min(1, alpha * X + beta)). */
  HardSigmoid: unary<{ alpha: number; beta: number }>(),
  /** ONNX HardSwish: X * max(0, min(1, X / 6 + 0.5)). */
  HardSwish: unary(),
  /** ONNX Tanh. */
  Tanh: unary(),
  /** ONNX Softplus: log(1 + exp(X)). */
  Softplus: unary(),
  /** ONNX Erf, the error function. */
  Erf: unary(),
  /** ONNX Gelu (opset 20): X times the normal distribution function of X, or its tanh approximation. */
  Gelu: unary<{ approximate: 'none' | 'tanh' }>(),
}
