// Convolution and its two gradients, over [N, C, spatial...].
import type { Shape, TensorType } from '../../tensor/tensor.ts'
import { describe, exactly, expect, float, ofType, op, withShape } from './spec.ts'
import { spatialOf, windowExtents } from './window.ts'
import type { WindowAttributes } from './window.ts'

export interface ConvAttributes extends WindowAttributes {
  readonly group: number
}
export interface ConvInputGradientAttributes extends ConvAttributes {
  /** Shape of X. */
  readonly input_shape: Shape
}
export interface ConvFilterGradientAttributes extends ConvAttributes {
  /** Shape of W. */
  readonly filter_shape: Shape
}

function convolved(x: TensorType, w: TensorType, attributes: ConvAttributes): TensorType {
  const { group } = attributes
  const spatial = spatialOf(x)
  expect(w.shape.length === x.shape.length, `a filter of rank ${x.shape.length}`, describe(w))
  const [n = 0, c = 0] = x.shape
  const [m = 0, perGroup = 0] = w.shape
  expect(Number.isInteger(group) && group >= 1 && m % group === 0, `a group count that divides ${m} output channels`, `${group}`)
  expect(perGroup * group === c, `a filter for ${c} input channels in ${group} groups`, describe(w))
  return withShape(x, [n, m, ...windowExtents(spatial, w.shape.slice(2), attributes)])
}

export const convolution = {
  /** ONNX Conv: cross-correlation of X [N, C, ...] with W [M, C/group, ...], plus B [M]. */
  Conv: op<ConvAttributes>({
    inputs: ['X', 'W', 'B?'],
    infer: ([x, w, b], attributes) => {
      const input = float(x)
      const y = convolved(input, ofType(w, input.dtype), attributes)
      if (b) exactly(b, input.dtype, [y.shape[1] ?? 0], 'the bias')
      return [y]
    },
  }),
  /** Gradient of Conv with respect to X: dY [N, M, ...], W -> `input_shape`. */
  ConvInputGradient: op<ConvInputGradientAttributes>({
    inputs: ['dY', 'W'],
    internal: true,
    infer: ([dy, w], attributes) => {
      const { dtype } = float(dy)
      const x: TensorType = { dtype, shape: attributes.input_shape }
      exactly(dy, dtype, convolved(x, ofType(w, dtype), attributes).shape, 'dY')
      return [x]
    },
  }),
  /** Gradient of Conv with respect to W: X, dY [N, M, ...] -> `filter_shape`. */
  ConvFilterGradient: op<ConvFilterGradientAttributes>({
    inputs: ['X', 'dY'],
    internal: true,
    infer: ([x, dy], attributes) => {
      const input = float(x)
      const w: TensorType = { dtype: input.dtype, shape: attributes.filter_shape }
      exactly(dy, input.dtype, convolved(input, w, attributes).shape, 'dY')
      return [w]
    },
  }),
}
