// Reductions, ArgMax and TopK.
import type { Shape, TensorType } from '../../tensor/tensor.ts'
import { axesOf, axisOf, describe, expect, float, numeric, op, withShape } from './spec.ts'
import type { Flag, Inputs, OpSpec } from './spec.ts'

export interface ReduceAttributes {
  /** At least one; ONNX would read none as all. */
  readonly axes: readonly number[]
  readonly keepdims: Flag
}

/** Shape after reducing the axes. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: Flag): number[] {
  axesOf(axes, shape.length)
  return keepdims ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)) : shape.filter((_, axis) => !axes.includes(axis))
}

function reduce(check: (type: Inputs[number] | undefined) => TensorType): Omit<OpSpec<ReduceAttributes>, 'attributeInputs'> {
  return {
    inputs: ['data'],
    infer: ([x], { axes, keepdims }) => {
      const data = check(x)
      expect(axes.length > 0, 'at least one axis', 'none')
      return [withShape(data, reducedShape(data.shape, axes, keepdims))]
    },
  }
}

export const reduction = {
  /** ONNX ReduceSum; 0 over nothing. */
  ReduceSum: op<ReduceAttributes>({ ...reduce(numeric), attributeInputs: { axes: 1 } }),
  /** ONNX ReduceMean; NaN over nothing. */
  ReduceMean: op<ReduceAttributes>(reduce(float)),
  /** ONNX ReduceMax; -Infinity over nothing. */
  ReduceMax: op<ReduceAttributes>(reduce(numeric)),
  /** ONNX ReduceMin; Infinity over nothing. */
  ReduceMin: op<ReduceAttributes>(reduce(numeric)),
  /** ONNX ArgMax: position of the first maximum, int64. */
  ArgMax: op<{ axis: number; keepdims: Flag }>({
    inputs: ['data'],
    infer: ([x], { axis, keepdims }) => {
      const data = numeric(x)
      axisOf(axis, data.shape.length)
      expect(data.shape[axis] !== 0, 'something to reduce', describe(data))
      return [{ dtype: 'int64', shape: reducedShape(data.shape, [axis], keepdims) }]
    },
  }),
  /** ONNX TopK: the k largest (or smallest) along the axis and their positions (int64); of equal ones the lower position first.
   * `sorted` 0 leaves the order to the engine. */
  TopK: op<{ k: number; axis: number; largest: Flag; sorted: Flag }>({
    inputs: ['X'],
    attributeInputs: { k: 1 },
    infer: ([x], { k, axis }) => {
      const input = numeric(x)
      const extent = input.shape[axisOf(axis, input.shape.length)] ?? 0
      expect(Number.isInteger(k) && k >= 1 && k <= extent, `k from 1 to ${extent}`, String(k))
      const shape = input.shape.with(axis, k)
      return [withShape(input, shape), { dtype: 'int64', shape }]
    },
  }),
}
