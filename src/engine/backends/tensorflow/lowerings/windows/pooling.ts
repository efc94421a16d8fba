// Pooling and its gradients.
import type { AveragePoolAttributes, PoolAttributes } from '../../../../../core/graph/ops/pooling.ts'
import type { Value } from '../../../../../core/graph/value.ts'
import type { Shape } from '../../../../../core/tensor/tensor.ts'
import { sizeOf, tensor } from '../../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../../core/tensor/tensor.ts'
import { int, text } from '../../attributes.ts'
import type { Attributes } from '../../attributes.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import type { Slot } from '../../plan.ts'
import { lowest } from '../pad.ts'
import { cropped, geometryOf, paddedExtents, paddedInput } from './geometry.ts'
import type { Geometry } from './geometry.ts'
import { asMap, setMap } from './maps.ts'
import { isNative, taps } from './taps.ts'

function geometry(x: Shape, y: Shape, attributes: PoolAttributes): Geometry {
  // Padding of its own, so that what lies in it is known.
  return { ...geometryOf(x.slice(2), attributes.kernel_shape, y.slice(2), attributes), padding: 'VALID' }
}

function windowAttributes({ kernel, strides, padding }: Geometry): Attributes {
  return { ksize: int([1, ...kernel, 1]), strides: int([1, ...strides, 1]), padding: text(padding) }
}

const maxPool: Lowering<'MaxPool'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const own = geometry(x.shape, y.shape, node.attributes)
  const input = paddedInput(emit, asMap(emit, x), own, lowest(emit, x.dtype))
  const views = isNative(own) ? [] : taps(emit, x.shape[0] ?? 1, x.shape[1] ?? 1, own).map(({ view }) => view(input))
  setMap(emit, y, isNative(own) ? emit.call('MaxPool', [input], windowAttributes(own)) : views.reduce((a, b) => emit.call('Maximum', [a, b]))) // prettier-ignore
}

const maxPoolGradient: Lowering<'MaxPoolGradient'> = (node, emit) => {
  const [x, y, dy, dx] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2), outputOf(node)]
  const own = geometry(x.shape, y.shape, node.attributes)
  const [images = 1, channels = 1] = x.shape
  const input = paddedInput(emit, asMap(emit, x), own, lowest(emit, x.dtype))
  const whole = isNative(own)
    ? emit.call('MaxPoolGrad', [input, asMap(emit, y), asMap(emit, dy)], windowAttributes(own))
    : toFirstMaximum(emit, input, asMap(emit, y), asMap(emit, dy), x, own)
  setMap(emit, dx, cropped(emit, whole, images, channels, own))
}

/** The first tap that has seen the maximum gets dY. */
function toFirstMaximum(emit: Emitter, input: Slot, y: Slot, dy: Slot, { dtype, shape }: Value, own: Geometry): Slot {
  let rest = dy
  const none = emit.call('ZerosLike', [dy])
  const gradients = taps(emit, shape[0] ?? 1, shape[1] ?? 1, own).map(({ view, place }) => {
    const isMaximum = emit.call('Equal', [view(input), y])
    const part = emit.call('SelectV2', [isMaximum, rest, none])
    rest = emit.call('SelectV2', [isMaximum, none, rest])
    return place(part)
  })
  return emit.sum(gradients, dtype)
}

/** Sums over zeros in the padding, over the number of elements that count. */
const averagePool: Lowering<'AveragePool'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const own = geometry(x.shape, y.shape, node.attributes)
  const input = paddedInput(emit, asMap(emit, x), own)
  const views = isNative(own) ? [] : taps(emit, x.shape[0] ?? 1, x.shape[1] ?? 1, own).map(({ view }) => view(input))
  const sums = isNative(own) ? emit.call('AvgPool', [input], windowAttributes(own)) : emit.sum(views, x.dtype)
  setMap(emit, y, shared(emit, sums, x.shape, own, node.attributes, x.dtype))
}

const averagePoolGradient: Lowering<'AveragePoolGradient'> = (node, emit) => {
  const [dy, dx] = [inputOf(node, 0), outputOf(node)]
  const { input_shape, ...attributes } = node.attributes
  const [images = 1, channels = 1] = input_shape
  const own = geometry(input_shape, dy.shape, attributes)
  const shares = shared(emit, asMap(emit, dy), input_shape, own, attributes, dy.dtype)
  const whole = isNative(own)
    ? emit.call('AvgPoolGrad', [emit.ints([images, ...paddedExtents(own), channels]), shares], windowAttributes(own))
    : emit.sum(taps(emit, images, channels, own).map(({ place }) => place(shares)), dy.dtype) // prettier-ignore
  setMap(emit, dx, cropped(emit, whole, images, channels, own))
}

/** Each window's value over the number of elements that count in it; TensorFlow's own kernels have divided by the whole window's. */
function shared(emit: Emitter, x: Slot, input: Shape, own: Geometry, attributes: AveragePoolAttributes, dtype: DType): Slot {
  const divided = isNative(own) ? sizeOf(own.kernel) : 1
  const factors = counts(input.slice(2), own, attributes).map((count) => divided / count)
  if (factors.every((factor) => factor === 1)) return x
  return emit.call('Mul', [x, emit.constant(tensor(dtype, [1, ...own.output, 1], factors))])
}

/** Elements that each window averages over, row by row; what lies beyond the padding never counts. */
function counts(
  spatial: Shape,
  { input, kernel, output, strides, dilations, begins }: Geometry,
  { pads, count_include_pad }: AveragePoolAttributes,
): number[] {
  const behind = input.map((_, axis) => pads[spatial.length + axis - (input.length - spatial.length)] ?? 0)
  const perAxis = input.map((extent, axis) => {
    const [stride = 1, dilation = 1, begin = 0] = [strides[axis], dilations[axis], begins[axis]]
    const isAdded = axis < input.length - spatial.length
    const [from, to] = count_include_pad && !isAdded ? [-begin, extent + (behind[axis] ?? 0)] : [0, extent]
    return Array.from({ length: output[axis] ?? 0 }, (_, o) => {
      const places = Array.from({ length: kernel[axis] ?? 0 }, (_, k) => o * stride - begin + k * dilation)
      return places.filter((place) => place >= from && place < to).length
    })
  })
  return perAxis.reduce<number[]>((all, own) => all.flatMap((a) => own.map((b) => a * b)), [1])
}

export const pooling = {
  MaxPool: maxPool,
  MaxPoolGradient: maxPoolGradient,
  AveragePool: averagePool,
  AveragePoolGradient: averagePoolGradient,
}
