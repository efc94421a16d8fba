// Pooling over [N, C, spatial...] and its gradients.
import type { Shape, TensorType } from '../../tensor/tensor.ts'
import { exactly, float, numeric, op, withShape } from './spec.ts'
import type { Flag } from './spec.ts'
import { spatialOf, windowExtents } from './window.ts'
import type { WindowAttributes } from './window.ts'

export interface PoolAttributes extends WindowAttributes {
  readonly kernel_shape: Shape
  readonly ceil_mode: Flag
}
export interface AveragePoolAttributes extends PoolAttributes {
  readonly count_include_pad: Flag
}

function pooled(x: TensorType, attributes: PoolAttributes): TensorType {
  const spatial = windowExtents(spatialOf(x), attributes.kernel_shape, attributes, attributes.ceil_mode === 1)
  return withShape(x, [...x.shape.slice(0, 2), ...spatial])
}

function global(x: TensorType): TensorType {
  return withShape(x, [...x.shape.slice(0, 2), ...spatialOf(x).map(() => 1)])
}

export const pooling = {
  /** ONNX MaxPool, first output; padding never wins. */
  MaxPool: op<PoolAttributes>({ inputs: ['X'], infer: ([x], attributes) => [pooled(numeric(x), attributes)] }),
  /** Gradient of MaxPool: dY goes to the first maximum of each window in row order. X, Y = MaxPool(X), dY -> dX. */
  MaxPoolGradient: op<PoolAttributes>({
    inputs: ['X', 'Y', 'dY'],
    internal: true,
    infer: ([x, y, dy], attributes) => {
      const input = float(x)
      const { shape } = pooled(input, attributes)
      exactly(y, input.dtype, shape, 'Y')
      exactly(dy, input.dtype, shape, 'dY')
      return [withShape(input, input.shape)]
    },
  }),
  /** ONNX AveragePool; the divisor counts padding only with `count_include_pad`, and never what lies beyond it. */
  AveragePool: op<AveragePoolAttributes>({ inputs: ['X'], infer: ([x], attributes) => [pooled(float(x), attributes)] }),
  /** Gradient of AveragePool: dY -> dX of `input_shape`. */
  AveragePoolGradient: op<AveragePoolAttributes & { readonly input_shape: Shape }>({
    inputs: ['dY'],
    internal: true,
    infer: ([dy], attributes) => {
      const x: TensorType = { dtype: float(dy).dtype, shape: attributes.input_shape }
      exactly(dy, x.dtype, pooled(x, attributes).shape, 'dY')
      return [x]
    },
  }),
  /** ONNX GlobalAveragePool: mean over the spatial axes, kept with extent 1. */
  GlobalAveragePool: op({ inputs: ['X'], infer: ([x]) => [global(float(x))] }),
  /** ONNX GlobalMaxPool: maximum over the spatial axes, kept with extent 1. */
  GlobalMaxPool: op({ inputs: ['X'], infer: ([x]) => [global(float(x))] }),
}
