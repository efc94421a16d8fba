// Operators that act on each element, with ONNX's broadcasting.
import { broadcastShapes } from '../../tensor/tensor.ts'
import type { TensorType } from '../../tensor/tensor.ts'
import { describe, GraphError, op } from './spec.ts'
import type { Inputs, OpSpec, NoAttributes } from './spec.ts'

function binary(): OpSpec<NoAttributes> {
  return op({ inputs: ['A', 'B'], infer: (inputs) => [broadcast(inputs)] })
}

function unary(): OpSpec<NoAttributes> {
  return op({ inputs: ['X'], infer: ([x]) => [x!] })
}

function broadcast([a, b]: Inputs): TensorType {
  if (a!.dtype !== b!.dtype) throw new GraphError(`expected two operands of one type, found ${describe(a!)} and ${describe(b!)}`)
  return { dtype: a!.dtype, shape: broadcastShapes(a!.shape, b!.shape) }
}

export const elementwise = {
  /** ONNX Add: A + B. */
  Add: binary(),
  /** ONNX Mul: A * B. */
  Mul: binary(),
  /** ONNX Relu: max(X, 0). */
  Relu: unary(),
}
