// Resize and its gradient.
import type { Shape, TensorType } from '../../tensor/tensor.ts'
import { describeShape, exactly, expect, extentsOf, float, numeric, op, withShape } from './spec.ts'
import type { Flag } from './spec.ts'

export interface ResizeAttributes {
  /** Full shape of the output. */
  readonly sizes: Shape
  /** Output over input extent of every axis, as given or derived; not always sizes / input shape exactly. */
  readonly scales: readonly number[]
  readonly mode: 'nearest' | 'linear' | 'cubic'
  readonly coordinate_transformation_mode:
    'half_pixel' | 'half_pixel_symmetric' | 'pytorch_half_pixel' | 'align_corners' | 'asymmetric' | 'tf_crop_and_resize'
  readonly nearest_mode: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil'
  readonly cubic_coeff_a: number
  readonly exclude_outside: Flag
  readonly antialias: Flag
  /** tf_crop_and_resize only: the region as fractions of the input, all starts, then all ends; else empty. */
  readonly roi: readonly number[]
  /** tf_crop_and_resize only: value of the output where it lies outside the input. */
  readonly extrapolation_value: number
}

function check(input: Shape, { sizes, scales, roi, coordinate_transformation_mode: mode }: ResizeAttributes): Shape {
  const rank = input.length
  expect(extentsOf(sizes).length === rank && scales.length === rank, `${rank} sizes and scales`, `${sizes.length} and ${scales.length}`)
  expect(scales.every((scale) => scale > 0), 'scales above 0', describeShape(scales)) // prettier-ignore
  expect(input.every((extent, axis) => extent > 0 || sizes[axis] === 0), 'an input that is not empty', describeShape(input)) // prettier-ignore
  const regions = mode === 'tf_crop_and_resize' ? 2 * rank : 0
  expect(roi.length === regions, `${regions} numbers in roi`, String(roi.length))
  return sizes
}

export const resize = {
  /** ONNX Resize (opset 19). */
  Resize: op<ResizeAttributes>({
    inputs: ['X'],
    attributeInputs: { roi: 1, scales: 2, sizes: 3 },
    infer: ([x], attributes) => [withShape(numeric(x), check(numeric(x).shape, attributes))],
  }),
  /** Gradient of Resize: dY -> dX of `input_shape`. */
  ResizeGradient: op<ResizeAttributes & { readonly input_shape: Shape }>({
    inputs: ['dY'],
    internal: true,
    infer: ([dy], attributes) => {
      const { dtype } = float(dy)
      exactly(dy, dtype, check(attributes.input_shape, attributes), 'dY')
      return [{ dtype, shape: attributes.input_shape } satisfies TensorType]
    },
  }),
}
