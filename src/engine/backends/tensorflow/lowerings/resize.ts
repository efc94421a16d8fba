// Resize and its gradient, axis by axis: copies for nearest neighbours, a product with a constant matrix for filters.
import type { ResizeAttributes } from '../../../../core/graph/ops/resize.ts'
import { insideMask, isIdentityAxis, resizeMatrix, resizeTaps } from '../../../../core/graph/ops/resize-weights.ts'
import { isFloat, sizeOf } from '../../../../core/tensor/tensor.ts'
import type { DType, Shape } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'
import { cast } from './elementwise.ts'

/** Whole numbers are resized as float32 and truncated. */
const resized: Lowering<'Resize'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { attributes } = node
  const dtype = isFloat(x.dtype) || attributes.mode === 'nearest' ? x.dtype : 'float32'
  let slot = dtype === x.dtype ? emit.name(x) : cast(emit, emit.name(x), dtype)
  let shape: Shape = x.shape
  x.shape.forEach((extent, axis) => {
    if (isIdentityAxis(attributes, axis, extent)) return
    const next = shape.with(axis, y.shape[axis] ?? 0)
    if (attributes.mode === 'nearest') {
      const positions = resizeTaps(attributes, axis, extent).map((tap) => tap?.positions[0] ?? 0)
      slot = emit.call('GatherV2', [slot, emit.ints(positions), emit.scalar('int32', axis)])
    } else slot = mapAxis(emit, emit.constant(resizeMatrix(attributes, axis, extent, dtype, false)), slot, shape, axis, next)
    shape = next
  })
  slot = extrapolated(emit, slot, attributes, x.shape, dtype)
  emit.set(y, dtype === x.dtype ? slot : cast(emit, slot, x.dtype))
}

/** The transposed matrices. */
const resizeGradient: Lowering<'ResizeGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { input_shape, ...attributes } = node.attributes
  let slot = extrapolated(emit, emit.name(dy), { ...attributes, extrapolation_value: 0 }, input_shape, dy.dtype)
  let shape: Shape = dy.shape
  input_shape.forEach((extent, axis) => {
    if (isIdentityAxis(attributes, axis, extent)) return
    const next = shape.with(axis, extent)
    slot = mapAxis(emit, emit.constant(resizeMatrix(attributes, axis, extent, dy.dtype, true)), slot, shape, axis, next)
    shape = next
  })
  emit.set(outputOf(node), slot)
}

/** Multiplies along one axis. */
function mapAxis(emit: Emitter, matrix: Slot, x: Slot, shape: Shape, axis: number, next: Shape): Slot {
  const flat = emit.reshape(x, [sizeOf(shape.slice(0, axis)), shape[axis] ?? 0, sizeOf(shape.slice(axis + 1))])
  return emit.reshape(emit.call('BatchMatMulV2', [matrix, flat]), next)
}

/** Writes `extrapolation_value` where an axis lies outside the region (tf_crop_and_resize). */
function extrapolated(emit: Emitter, x: Slot, attributes: ResizeAttributes, input: Shape, dtype: DType): Slot {
  if (attributes.coordinate_transformation_mode !== 'tf_crop_and_resize') return x
  return input.reduce((slot, _, axis) => {
    const mask = insideMask(attributes, axis, input)
    if (!mask) return slot
    return emit.call('SelectV2', [emit.constant(mask), slot, emit.scalar(dtype, attributes.extrapolation_value)])
  }, x)
}

export const resize = { Resize: resized, ResizeGradient: resizeGradient }
