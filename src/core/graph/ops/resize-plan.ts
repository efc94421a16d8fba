// How engines resize by a few operators: along one axis after another, and then what lies outside of the image.
import { isFloat, sizeOf } from '../../tensor/tensor.ts'
import type { DType, HostTensor, Shape, TensorType } from '../../tensor/tensor.ts'
import type { ResizeAttributes } from './resize.ts'
import { insideMask, isIdentityAxis, resizeMatrix, resizeTaps } from './resize-weights.ts'

/** Entries at positions of an axis; or a matrix times the array, of shape `flat` [before, axis, after] for that, of `shape` after it. */
export type AxisStep =
  | { readonly kind: 'copy'; readonly axis: number; readonly positions: readonly number[] }
  | { readonly kind: 'product'; readonly matrix: HostTensor; readonly flat: Shape; readonly shape: Shape }

/** `value` wherever one of the masks is false (tf_crop_and_resize). */
export interface Extrapolation {
  readonly masks: readonly HostTensor[]
  readonly value: number
}

export interface ResizePlan {
  /** In which it is computed. */
  readonly dtype: DType
  /** Axes that nothing changes have none. */
  readonly steps: readonly AxisStep[]
  readonly outside: Extrapolation
}

/** The steps come first, then what lies outside. Whole numbers are resized as float32 and truncated. */
export function resizePlan(attributes: ResizeAttributes, { shape, dtype: given }: TensorType): ResizePlan {
  const dtype = isFloat(given) || attributes.mode === 'nearest' ? given : 'float32'
  const steps = changedAxes(attributes, shape).map((axis): AxisStep => {
    const extent = shape[axis] ?? 0
    if (attributes.mode !== 'nearest')
      return product(resizeMatrix(attributes, axis, extent, dtype, false), { axis, from: shape, to: attributes.sizes })
    return { kind: 'copy', axis, positions: resizeTaps(attributes, axis, extent).map((tap) => tap?.positions[0] ?? 0) }
  })
  return { dtype, steps, outside: { masks: masksOf(attributes, shape), value: attributes.extrapolation_value } }
}

/** What lies outside comes first and is 0, then the steps, whose matrices are transposed. @param input the shape that was resized */
export function resizeGradientPlan(attributes: ResizeAttributes, input: Shape, { shape, dtype }: TensorType): ResizePlan {
  const steps = changedAxes(attributes, input).map((axis) =>
    product(resizeMatrix(attributes, axis, input[axis] ?? 0, dtype, true), { axis, from: shape, to: input }),
  )
  return { dtype, steps, outside: { masks: masksOf(attributes, input), value: 0 } }
}

function changedAxes(attributes: ResizeAttributes, input: Shape): number[] {
  return [...input.keys()].filter((axis) => !isIdentityAxis(attributes, axis, input[axis] ?? 0))
}

/** Earlier axes are resized already. Those that are left out are the same in both shapes. */
function product(matrix: HostTensor, { axis, from, to }: { axis: number; from: Shape; to: Shape }): AxisStep {
  const [before, after] = [to.slice(0, axis), from.slice(axis + 1)]
  return { kind: 'product', matrix, flat: [sizeOf(before), from[axis] ?? 0, sizeOf(after)], shape: [...before, to[axis] ?? 0, ...after] }
}

function masksOf(attributes: ResizeAttributes, input: Shape): HostTensor[] {
  if (attributes.coordinate_transformation_mode !== 'tf_crop_and_resize') return []
  return [...input.keys()].flatMap((axis) => insideMask(attributes, axis, input) ?? [])
}
