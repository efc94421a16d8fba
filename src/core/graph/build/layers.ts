// Builders of matrix products, convolution, pooling and normalisation.
import type { Shape } from '../../tensor/tensor.ts'
import { apply, applyAll } from '../apply.ts'
import type { ConvAttributes } from '../ops/convolution.ts'
import type { GemmAttributes } from '../ops/matrix.ts'
import type { AveragePoolAttributes, PoolAttributes } from '../ops/pooling.ts'
import { GraphError } from '../ops/spec.ts'
import type { WindowAttributes } from '../ops/window.ts'
import type { Value } from '../value.ts'
import { normaliseAxis } from './axes.ts'

export function matMul(a: Value, b: Value): Value {
  return apply('MatMul', [a, b], {})
}

/** alpha * A' B' + beta * C. */
export function gemm(a: Value, b: Value, c: Value | null = null, attributes: Partial<GemmAttributes> = {}): Value {
  return apply('Gemm', [a, b, c], { alpha: 1, beta: 1, transA: 0, transB: 0, ...attributes })
}

function windows({ shape }: Value): WindowAttributes {
  const rank = Math.max(0, shape.length - 2)
  const each = (count: number, value: number): number[] => new Array<number>(count).fill(value)
  return { strides: each(rank, 1), pads: each(2 * rank, 0), dilations: each(rank, 1) }
}

/** x [N, C, ...], w [M, C/group, ...], b [M]; by default stride 1, no padding, one group. */
export function conv(x: Value, w: Value, b: Value | null = null, attributes: Partial<ConvAttributes> = {}): Value {
  return apply('Conv', [x, w, b], { ...windows(x), group: 1, ...attributes })
}

/** Gradient of `conv` with respect to its input, of `inputShape`. */
export function convInputGradient(dy: Value, w: Value, inputShape: Shape, attributes: Partial<ConvAttributes> = {}): Value {
  return apply('ConvInputGradient', [dy, w], { ...windows(dy), group: 1, ...attributes, input_shape: inputShape })
}

/** Gradient of `conv` with respect to its filter, of `filterShape`. */
export function convFilterGradient(x: Value, dy: Value, filterShape: Shape, attributes: Partial<ConvAttributes> = {}): Value {
  return apply('ConvFilterGradient', [x, dy], { ...windows(x), group: 1, ...attributes, filter_shape: filterShape })
}

type Pooling<A extends PoolAttributes> = Pick<A, 'kernel_shape'> & Partial<A>

/** By default stride 1 (ONNX's default), no padding. */
export function maxPool(x: Value, attributes: Pooling<PoolAttributes>): Value {
  return apply('MaxPool', [x], { ...windows(x), ceil_mode: 0, ...attributes })
}

/** dY to the first maximum of each window of x; y = maxPool(x). */
export function maxPoolGradient(x: Value, y: Value, dy: Value, attributes: Pooling<PoolAttributes>): Value {
  return apply('MaxPoolGradient', [x, y, dy], { ...windows(x), ceil_mode: 0, ...attributes })
}

/** By default stride 1 (ONNX's default), no padding. */
export function averagePool(x: Value, attributes: Pooling<AveragePoolAttributes>): Value {
  return apply('AveragePool', [x], { ...windows(x), ceil_mode: 0, count_include_pad: 0, ...attributes })
}

export function averagePoolGradient(dy: Value, inputShape: Shape, attributes: Pooling<AveragePoolAttributes>): Value {
  const defaults = { ...windows(dy), ceil_mode: 0, count_include_pad: 0 } as const
  return apply('AveragePoolGradient', [dy], { ...defaults, ...attributes, input_shape: inputShape })
}

/** [N, C, ...] -> [N, C, 1, ...]. */
export function globalAveragePool(x: Value): Value {
  return apply('GlobalAveragePool', [x], {})
}

/** [N, C, ...] -> [N, C, 1, ...]. */
export function globalMaxPool(x: Value): Value {
  return apply('GlobalMaxPool', [x], {})
}

/** Inference form, by given statistics [C]. */
export function batchNormalization(x: Value, scale: Value, b: Value, mean: Value, variance: Value, epsilon = 1e-5): Value {
  return apply('BatchNormalization', [x, scale, b, mean, variance], { epsilon })
}

/** By the batch's own statistics, which come back: mean and biased variance [C]. */
export function batchNormalizationTraining(x: Value, scale: Value, b: Value, epsilon = 1e-5): { y: Value; mean: Value; variance: Value } {
  const [y, mean, variance] = three(applyAll('BatchNormalizationTraining', [x, scale, b], { epsilon }))
  return { y, mean, variance }
}

/** Gradient of `y` of `batchNormalizationTraining`, whose statistics are `mean` and `variance`. */
export function batchNormalizationGradient(
  dy: Value,
  x: Value,
  scale: Value,
  mean: Value,
  variance: Value,
  epsilon = 1e-5,
): { dx: Value; dscale: Value; db: Value } {
  const [dx, dscale, db] = three(applyAll('BatchNormalizationGradient', [dy, x, scale, mean, variance], { epsilon }))
  return { dx, dscale, db }
}

function three([a, b, c]: readonly Value[]): [Value, Value, Value] {
  if (!a || !b || !c) throw new GraphError('expected three outputs')
  return [a, b, c]
}

/** Over the axes from `axis` on. */
export function layerNormalization(x: Value, scale: Value, b: Value | null = null, axis = -1, epsilon = 1e-5): Value {
  return apply('LayerNormalization', [x, scale, b], { axis: normaliseAxis(axis, x.shape.length), epsilon })
}

export function softmax(x: Value, axis = -1): Value {
  return apply('Softmax', [x], { axis: normaliseAxis(axis, x.shape.length) })
}

export function logSoftmax(x: Value, axis = -1): Value {
  return apply('LogSoftmax', [x], { axis: normaliseAxis(axis, x.shape.length) })
}
