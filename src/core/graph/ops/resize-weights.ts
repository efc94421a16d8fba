// Resize as a linear map along one axis at a time: which input positions an output position is made of. For engines.
import { tensor } from '../../tensor/tensor.ts'
import type { DType, HostTensor, Shape } from '../../tensor/tensor.ts'
import type { ResizeAttributes } from './resize.ts'

/** Input positions (distinct, ascending) and their weights, which add up to 1. */
export interface ResizeTap {
  readonly positions: readonly number[]
  readonly weights: readonly number[]
}

/** One entry an output position along the axis; null where it lies outside the region and takes `extrapolation_value` (tf_crop_and_resize).
 * Resizing axis after axis with these taps equals resizing at once.
 * @param extent of the input along the axis. */
export function resizeTaps(attributes: ResizeAttributes, axis: number, extent: number): (ResizeTap | null)[] {
  const { sizes, mode, coordinate_transformation_mode: transformation } = attributes
  return Array.from({ length: sizes[axis] ?? 0 }, (_, out) => {
    const x = sourceCoordinate(attributes, axis, extent, out)
    if (transformation === 'tf_crop_and_resize' && (x < 0 || x > extent - 1)) return null
    return mode === 'nearest' ? { positions: [nearest(x, attributes, extent)], weights: [1] } : filtered(x, attributes, axis, extent)
  })
}

/** True where resizing changes nothing along the axis. */
export function isIdentityAxis({ sizes, scales, roi }: ResizeAttributes, axis: number, extent: number): boolean {
  const whole = roi.length === 0 || (roi[axis] === 0 && roi[axis + sizes.length] === 1)
  return sizes[axis] === extent && scales[axis] === 1 && whole
}

function sourceCoordinate(attributes: ResizeAttributes, axis: number, extent: number, out: number): number {
  const { sizes, scales, roi, coordinate_transformation_mode: transformation } = attributes
  const scale = scales[axis] ?? 1
  const resized = scale * extent
  const centred = (out + 0.5) / scale - 0.5
  switch (transformation) {
    case 'half_pixel':
      return centred
    case 'pytorch_half_pixel':
      return resized === 1 ? -0.5 : centred
    case 'half_pixel_symmetric':
      return (extent / 2) * (1 - (sizes[axis] ?? 0) / resized) + centred
    case 'asymmetric':
      return out / scale
    case 'align_corners':
      return resized === 1 ? 0 : (out * (extent - 1)) / (resized - 1)
    case 'tf_crop_and_resize': {
      const [start = 0, end = 1] = [roi[axis], roi[axis + sizes.length]]
      const region = (end - start) * (extent - 1)
      return start * (extent - 1) + (resized === 1 ? region / 2 : (out * region) / (resized - 1))
    }
  }
}

function nearest(x: number, { nearest_mode: rounding }: ResizeAttributes, extent: number): number {
  const low = Math.floor(x)
  const fraction = x - low
  const up = { floor: false, ceil: fraction > 0, round_prefer_floor: fraction > 0.5, round_prefer_ceil: fraction >= 0.5 }[rounding]
  return clamp(up ? low + 1 : low, extent)
}

/** A triangle or cubic filter around x; widened by the scale when shrinking with antialias. Positions outside repeat the border. */
function filtered(x: number, attributes: ResizeAttributes, axis: number, extent: number): ResizeTap {
  const { mode, cubic_coeff_a: a, exclude_outside, antialias } = attributes
  const shrink = antialias ? Math.min(attributes.scales[axis] ?? 1, 1) : 1
  const radius = (mode === 'linear' ? 1 : 2) / shrink
  const taps = new Map<number, number>()
  let total = 0
  for (let position = Math.floor(x - radius) + 1; position < x + radius; position++) {
    const inside = position >= 0 && position < extent
    if (exclude_outside && !inside) continue
    const distance = Math.abs(position - x) * shrink
    const weight = mode === 'linear' ? Math.max(0, 1 - distance) : cubic(distance, a)
    const at = clamp(position, extent)
    taps.set(at, (taps.get(at) ?? 0) + weight)
    total += weight
  }
  return { positions: [...taps.keys()], weights: [...taps.values()].map((weight) => weight / total) }
}

/** Keys' cubic convolution kernel (1981) at distance d >= 0. */
function cubic(d: number, a: number): number {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}

function clamp(position: number, extent: number): number {
  return Math.min(Math.max(position, 0), extent - 1)
}

/** Weights of one axis as a matrix [out, in], or transposed [in, out]. */
export function resizeMatrix(attributes: ResizeAttributes, axis: number, extent: number, dtype: DType, transposed: boolean): HostTensor {
  const taps = resizeTaps(attributes, axis, extent)
  const [rows, columns] = transposed ? [extent, taps.length] : [taps.length, extent]
  const weights = new Array<number>(rows * columns).fill(0)
  taps.forEach((tap, out) => {
    tap?.positions.forEach((position, i) => {
      weights[transposed ? position * columns + out : out * columns + position] = tap.weights[i] ?? 0
    })
  })
  return tensor(dtype, [rows, columns], weights)
}

/** True where an axis lies inside the region (tf_crop_and_resize), shaped to broadcast to `input`'s rank; null where all of it does. */
export function insideMask(attributes: ResizeAttributes, axis: number, input: Shape): HostTensor | null {
  const inside = resizeTaps(attributes, axis, input[axis] ?? 0).map((tap) => (tap ? 1 : 0))
  if (!inside.includes(0)) return null
  return tensor('bool', input.map((_, a) => (a === axis ? inside.length : 1)), inside) // prettier-ignore
}
