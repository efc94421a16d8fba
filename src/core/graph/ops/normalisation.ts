// Batch and layer normalisation, softmax.
import type { TensorType } from '../../tensor/tensor.ts'
import { broadcastShapes, sameShape } from '../../tensor/tensor.ts'
import { any, axisOf, describe, describeShape, exactly, expect, float, ofType, op, withShape } from './spec.ts'
import type { Inputs, OpSpec } from './spec.ts'

interface Epsilon {
  readonly epsilon: number
}

/** X [N, C, ...] and per-channel vectors [C]. Returns X and the type of a per-channel vector. */
function channels(
  x: Inputs[number] | undefined,
  vectors: readonly (readonly [string, Inputs[number] | undefined])[],
): [TensorType, TensorType] {
  const input = float(x)
  expect(input.shape.length >= 2, 'X to be [N, C, ...]', describe(input))
  const vector = withShape(input, [input.shape[1] ?? 0])
  for (const [name, type] of vectors) exactly(type, vector.dtype, vector.shape, name)
  return [withShape(input, input.shape), vector]
}

function softmax(): OpSpec<{ axis: number }> {
  return op<{ axis: number }>({
    inputs: ['input'],
    infer: ([x], { axis }) => {
      const input = float(x)
      axisOf(axis, input.shape.length)
      return [withShape(input, input.shape)]
    },
  })
}

export const normalisation = {
  /** ONNX BatchNormalization in inference: (X - mean) / sqrt(var + epsilon) * scale + B per channel. */
  BatchNormalization: op<Epsilon>({
    inputs: ['X', 'scale', 'B', 'input_mean', 'input_var'],
    infer: ([x, scale, b, mean, variance]) => {
      const vectors = [['scale', scale], ['B', b], ['input_mean', mean], ['input_var', variance]] as const // prettier-ignore
      return [channels(x, vectors)[0]]
    },
  }),
  /** Batch normalisation by the statistics of the batch itself: Y, mean [C] and biased variance [C] over all axes but 1. */
  BatchNormalizationTraining: op<Epsilon>({
    inputs: ['X', 'scale', 'B'],
    internal: true,
    infer: ([x, scale, b]) => {
      const [y, vector] = channels(x, [['scale', scale], ['B', b]]) // prettier-ignore
      return [y, vector, vector]
    },
  }),
  /** Gradient of Y of BatchNormalizationTraining; mean and var are its outputs. -> dX, dscale [C], dB [C]. */
  BatchNormalizationGradient: op<Epsilon>({
    inputs: ['dY', 'X', 'scale', 'mean', 'var'],
    internal: true,
    infer: ([dy, x, scale, mean, variance]) => {
      const [input, vector] = channels(x, [['scale', scale], ['mean', mean], ['var', variance]]) // prettier-ignore
      exactly(dy, input.dtype, input.shape, 'dY')
      return [input, vector, vector]
    },
  }),
  /** ONNX LayerNormalization, first output: over the axes from `axis` on; scale and B broadcast to X. */
  LayerNormalization: op<{ axis: number; epsilon: number }>({
    inputs: ['X', 'Scale', 'B?'],
    infer: ([x, scale, b], { axis }) => {
      const input = float(x)
      axisOf(axis, input.shape.length)
      for (const type of b ? [scale, b] : [scale]) {
        const { shape } = ofType(any(type), input.dtype)
        expect(
          sameShape(broadcastShapes(input.shape, shape), input.shape),
          `scale and bias that broadcast to ${describe(input)}`,
          describeShape(shape),
        )
      }
      return [withShape(input, input.shape)]
    },
  }),
  /** ONNX Softmax (opset 13): exp(X) / sum(exp(X)) along one axis. */
  Softmax: softmax(),
  /** ONNX LogSoftmax (opset 13): log of Softmax along one axis. */
  LogSoftmax: softmax(),
}
