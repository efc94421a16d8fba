// Reading and writing by index. Negative indices count from the end.
import type { DType, Shape, TensorType } from '../../tensor/tensor.ts'
import { any, axisOf, describe, exactly, expect, float, indices, op, withShape } from './spec.ts'

function gathered(data: TensorType, at: TensorType, axis: number): TensorType {
  axisOf(axis, data.shape.length)
  return withShape(data, [...data.shape.slice(0, axis), ...at.shape, ...data.shape.slice(axis + 1)])
}

/** Indices that pick along one axis and run beside the data on the others. */
function beside(data: TensorType, at: TensorType, axis: number): Shape {
  axisOf(axis, data.shape.length)
  const fits = at.shape.length === data.shape.length && at.shape.every((n, i) => i === axis || n <= (data.shape[i] ?? 0))
  expect(fits, `indices of rank ${data.shape.length} within ${describe(data)}`, describe(at))
  return at.shape
}

export const indexing = {
  /** ONNX Gather: whole slices along `axis`; output shape = data.shape[:axis] + indices.shape + data.shape[axis+1:]. */
  Gather: op<{ axis: number }>({ inputs: ['data', 'indices'], infer: ([data, at], { axis }) => [gathered(any(data), indices(at), axis)] }),
  /** Gradient of Gather: adds the slices of dY at their indices into zeros of `input_shape`. */
  GatherGradient: op<{ axis: number; input_shape: Shape }>({
    inputs: ['dY', 'indices'],
    internal: true,
    infer: ([dy, at], { axis, input_shape }) => {
      const data: TensorType = { dtype: float(dy).dtype, shape: input_shape }
      exactly(dy, data.dtype, gathered(data, indices(at), axis).shape, 'dY')
      return [data]
    },
  }),
  /** ONNX GatherElements: out[i][j] = data[indices[i][j]][j] for axis 0, and so on. */
  GatherElements: op<{ axis: number }>({
    inputs: ['data', 'indices'],
    infer: ([data, at], { axis }) => [withShape(any(data), beside(any(data), indices(at), axis))],
  }),
  /** Gradient of GatherElements: adds dY at its indices into zeros of `input_shape`. */
  GatherElementsGradient: op<{ axis: number; input_shape: Shape }>({
    inputs: ['dY', 'indices'],
    internal: true,
    infer: ([dy, at], { axis, input_shape }) => {
      const data: TensorType = { dtype: float(dy).dtype, shape: input_shape }
      exactly(dy, data.dtype, beside(data, indices(at), axis), 'dY')
      return [data]
    },
  }),
  /** ONNX ScatterElements: data with updates written (`none`) or added (`add`) at the indices. */
  ScatterElements: op<{ axis: number; reduction: 'none' | 'add' }>({
    inputs: ['data', 'indices', 'updates'],
    infer: ([data, at, updates], { axis }) => {
      const type = any(data)
      exactly(updates, type.dtype, beside(type, indices(at), axis), 'the updates')
      return [withShape(type, type.shape)]
    },
  }),
  /** ONNX OneHot with values [0, 1]: a new axis of extent `depth` at `axis` (of the output); out-of-range indices give all zeros. */
  OneHot: op<{ depth: number; axis: number; dtype: DType }>({
    inputs: ['indices'],
    attributeInputs: { depth: 1 },
    infer: ([at], { depth, axis, dtype }) => {
      const { shape } = indices(at)
      expect(Number.isInteger(depth) && depth >= 1, 'a depth >= 1', String(depth))
      return [{ dtype, shape: shape.toSpliced(axisOf(axis, shape.length + 1), 0, depth) }]
    },
  }),
}
