// Convolution and its gradients by TensorFlow's kernels. Groups other than one channel each are convolved one by one.
import type { ConvAttributes } from '../../../../../core/graph/ops/convolution.ts'
import type { Value } from '../../../../../core/graph/value.ts'
import type { Shape } from '../../../../../core/tensor/tensor.ts'
import { int, text } from '../../attributes.ts'
import type { Attributes } from '../../attributes.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import type { Slot } from '../../plan.ts'
import { dilated, undilated } from './dilation.ts'
import { cropped, geometryOf, paddedExtents, paddedInput } from './geometry.ts'
import type { Geometry } from './geometry.ts'
import { asFilter, asMap, setFilter, setMap } from './maps.ts'
import { hasGaps, isFewPositions, isPointwise, productFilterGradient, productForward, productInputGradient } from './products.ts'
import type { Product } from './products.ts'

/** A convolution of X with W: the names of TensorFlow's operators and what they all take. */
interface Plan {
  readonly geometry: Geometry
  readonly attributes: Attributes
  readonly operators: { readonly forward: string; readonly input: string; readonly filter: string }
  /** Groups to be convolved one by one. */
  readonly groups: number
  readonly isDepthwise: boolean
  readonly images: number
  readonly channels: number
  readonly filters: number
}

function planOf(x: Shape, w: Shape, y: Shape, { group, ...window }: ConvAttributes): Plan {
  const geometry = geometryOf(x.slice(2), w.slice(2), y.slice(2), window)
  const { strides, padding } = geometry
  const flat = strides.length === 2
  const equalStrides = strides.every((stride) => stride === strides[0])
  const isDepthwise = group > 1 && group === x[1] && flat && equalStrides
  const operators = isDepthwise
    ? { forward: 'DepthwiseConv2dNative', input: 'DepthwiseConv2dNativeBackpropInput', filter: 'DepthwiseConv2dNativeBackpropFilter' }
    : flat
      ? { forward: 'Conv2D', input: 'Conv2DBackpropInput', filter: 'Conv2DBackpropFilter' }
      : { forward: 'Conv3D', input: 'Conv3DBackpropInputV2', filter: 'Conv3DBackpropFilterV2' }
  const attributes = { strides: int([1, ...strides, 1]), padding: text(padding) }
  return { geometry, attributes, operators, groups: isDepthwise ? 1 : group, isDepthwise, images: x[0] ?? 1, channels: x[1] ?? 1, filters: w[0] ?? 1 } // prettier-ignore
}

/** The filter as the kernels take it: [reach..., I, O], or [reach..., C, multiplier] of a depthwise convolution. */
function filterOf(emit: Emitter, w: Value, plan: Plan): Slot {
  const { geometry, isDepthwise, channels, filters } = plan
  const slot = dilated(emit, asFilter(emit, w), geometry, [w.shape[1] ?? 1, filters])
  return isDepthwise ? emit.reshape(slot, [...geometry.reach, channels, filters / channels]) : slot
}

/** Each group's convolution as products, where they are faster or TensorFlow's kernel is unsound; null where it is to be used. */
function productOf(emit: Emitter, plan: Plan, dtype: Value['dtype'], part: 'forward' | 'gradient'): Product | null {
  const { geometry, groups, isDepthwise, images, channels, filters } = plan
  if (isDepthwise || images === 0) return null
  const isFaster = !emit.onGraphicsCard && groups === 1 && (isFewPositions(geometry) || (part === 'gradient' && isPointwise(geometry)))
  return isFaster || hasGaps(geometry) ? { geometry, dtype, images, inputs: channels / groups, outputs: filters / groups } : null
}

/** Parts of equal size along the last axis. */
function parts(emit: Emitter, slot: Slot, groups: number, axis: number): readonly Slot[] {
  if (groups === 1) return [slot]
  return emit.callAll('Split', [emit.scalar('int32', axis), slot], { num_split: int(groups) }, groups)
}

/** Convolves group by group. */
function grouped(
  emit: Emitter,
  { groups, geometry }: Plan,
  dtype: Value['dtype'],
  a: Slot,
  b: Slot,
  each: (a: Slot, b: Slot) => Slot,
): Slot {
  const axis = geometry.input.length + 1
  const [left, right] = [parts(emit, a, groups, axis), parts(emit, b, groups, axis)]
  return emit.concat(left.map((slot, i) => each(slot, right[i] ?? -1)), axis, dtype) // prettier-ignore
}

const conv: Lowering<'Conv'> = (node, emit) => {
  const [x, w, b, y] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2], outputOf(node)]
  const plan = planOf(x.shape, w.shape, y.shape, node.attributes)
  const product = productOf(emit, plan, x.dtype, 'forward')
  const [map, filter] = product
    ? [asMap(emit, x), asFilter(emit, w)]
    : [paddedInput(emit, asMap(emit, x), plan.geometry), filterOf(emit, w, plan)]
  const sums = grouped(emit, plan, x.dtype, map, filter, (own, weights) =>
    product ? productForward(emit, own, weights, product) : emit.call(plan.operators.forward, [own, weights], plan.attributes),
  )
  setMap(emit, y, b ? emit.call('BiasAdd', [sums, emit.name(b)]) : sums)
}

const inputGradient: Lowering<'ConvInputGradient'> = (node, emit) => {
  const [dy, w, dx] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const plan = planOf(dx.shape, w.shape, dy.shape, node.attributes)
  const { geometry, images, channels, groups } = plan
  const product = productOf(emit, plan, dy.dtype, 'gradient')
  const sizes = emit.ints([images, ...paddedExtents(geometry), channels / groups])
  const filter = product ? asFilter(emit, w) : filterOf(emit, w, plan)
  const sums = grouped(emit, plan, dy.dtype, filter, asMap(emit, dy), (weights, own) =>
    product ? productInputGradient(emit, own, weights, product) : emit.call(plan.operators.input, [sizes, weights, own], plan.attributes),
  )
  setMap(emit, dx, product ? sums : cropped(emit, sums, images, channels, geometry))
}

const filterGradient: Lowering<'ConvFilterGradient'> = (node, emit) => {
  const [x, dy, dw] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const plan = planOf(x.shape, dw.shape, dy.shape, node.attributes)
  const { geometry, groups, isDepthwise, channels, filters } = plan
  const product = productOf(emit, plan, dy.dtype, 'gradient')
  const perGroup = dw.shape[1] ?? 1
  const sizes = emit.ints([...geometry.reach, ...(isDepthwise ? [channels, filters / channels] : [perGroup, filters / groups])])
  const map = product ? asMap(emit, x) : paddedInput(emit, asMap(emit, x), geometry)
  const sums = grouped(emit, plan, dy.dtype, map, asMap(emit, dy), (own, gradient) =>
    product
      ? productFilterGradient(emit, own, gradient, product)
      : emit.call(plan.operators.filter, [own, sizes, gradient], plan.attributes),
  )
  const whole = isDepthwise ? emit.reshape(sums, [...geometry.reach, 1, filters]) : sums
  setFilter(emit, dw, product ? whole : undilated(emit, whole, geometry, [perGroup, filters]))
}

export const convolution = { Conv: conv, ConvInputGradient: inputGradient, ConvFilterGradient: filterGradient }
