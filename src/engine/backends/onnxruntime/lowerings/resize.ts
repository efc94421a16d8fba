// Resize and its gradient, axis by axis: copies for nearest neighbours, a product with a constant matrix for filters.
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import type { ResizeAttributes } from '../../../../core/graph/ops/resize.ts'
import { insideMask, isIdentityAxis, resizeMatrix, resizeTaps } from '../../../../core/graph/ops/resize-weights.ts'
import { isFloat, sizeOf } from '../../../../core/tensor/tensor.ts'
import type { DType, Shape } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/** Whole numbers are resized as float32 and truncated. */
export const resize: Lowering<'Resize'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { attributes } = node
  const dtype = isFloat(x.dtype) || attributes.mode === 'nearest' ? x.dtype : 'float32'
  let name = dtype === x.dtype ? emit.name(x) : emit.node('Cast', [emit.name(x)], { to: onnxTypes[dtype] })
  let shape: Shape = x.shape
  x.shape.forEach((extent, axis) => {
    if (isIdentityAxis(attributes, axis, extent)) return
    const next = shape.with(axis, y.shape[axis] ?? 0)
    if (attributes.mode === 'nearest') {
      const positions = resizeTaps(attributes, axis, extent).map((tap) => tap?.positions[0] ?? 0)
      name = emit.node('Gather', [name, emit.ints(positions)], { axis })
    } else name = mapAxis(emit, emit.constant(resizeMatrix(attributes, axis, extent, dtype, false)), name, shape, axis, next)
    shape = next
  })
  name = extrapolated(emit, name, attributes, x.shape, dtype)
  emit.set(y, dtype === x.dtype ? name : emit.node('Cast', [name], { to: onnxTypes[x.dtype] }))
}

/** The transposed matrices. */
export const resizeGradient: Lowering<'ResizeGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { input_shape, ...attributes } = node.attributes
  let name = extrapolated(emit, emit.name(dy), { ...attributes, extrapolation_value: 0 }, input_shape, dy.dtype)
  let shape: Shape = dy.shape
  input_shape.forEach((extent, axis) => {
    if (isIdentityAxis(attributes, axis, extent)) return
    const next = shape.with(axis, extent)
    name = mapAxis(emit, emit.constant(resizeMatrix(attributes, axis, extent, dy.dtype, true)), name, shape, axis, next)
    shape = next
  })
  emit.set(outputOf(node), name)
}

/** Multiplies along one axis. */
function mapAxis(emit: Emitter, weights: string, x: string, shape: Shape, axis: number, next: Shape): string {
  const flat = emit.reshape(x, [sizeOf(shape.slice(0, axis)), shape[axis] ?? 0, sizeOf(shape.slice(axis + 1))])
  return emit.reshape(emit.node('MatMul', [weights, flat]), next)
}

/** Writes `extrapolation_value` where an axis lies outside the region (tf_crop_and_resize). */
function extrapolated(emit: Emitter, x: string, attributes: ResizeAttributes, input: Shape, dtype: DType): string {
  if (attributes.coordinate_transformation_mode !== 'tf_crop_and_resize') return x
  return input.reduce((name, _, axis) => {
    const mask = insideMask(attributes, axis, input)
    if (!mask) return name
    return emit.node('Where', [emit.constant(mask), name, emit.scalar(dtype, attributes.extrapolation_value)])
  }, x)
}
