// Where windows lie in a map with its channels last. TensorFlow's kernels slide over two or three axes: a single one gets another before it.
import type { WindowAttributes } from '../../../../../core/graph/ops/window.ts'
import type { Shape } from '../../../../../core/tensor/tensor.ts'
import type { Emitter } from '../../emitter.ts'
import type { Slot } from '../../plan.ts'
import { padded } from '../pad.ts'
import { box } from '../slice.ts'

/** One entry a spatial axis. */
export interface Geometry {
  readonly input: readonly number[]
  /** Of the kernel as it is stored. */
  readonly kernel: readonly number[]
  /** Of the kernel with the gaps that its dilations leave. */
  readonly reach: readonly number[]
  readonly output: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before and behind, as much of it as some window covers. */
  readonly begins: readonly number[]
  readonly ends: readonly number[]
  /** How TensorFlow reaches the same windows: `VALID` on an input that was padded before, or by itself. */
  readonly padding: 'SAME' | 'VALID'
}

/** @param input, kernel, output extents of the spatial axes */
export function geometryOf(input: Shape, kernel: Shape, output: Shape, { strides, pads, dilations }: WindowAttributes): Geometry {
  if (input.length === 1)
    return geometryOf([1, ...input], [1, ...kernel], [1, ...output], {
      strides: [strides[0] ?? 1, ...strides],
      pads: [0, pads[0] ?? 0, 0, pads[1] ?? 0],
      dilations: [1, ...dilations],
    })
  const reach = kernel.map((k, axis) => (k - 1) * (dilations[axis] ?? 1) + 1)
  const covered = output.map((out, axis) => (out - 1) * (strides[axis] ?? 1) + (reach[axis] ?? 1))
  const begins = input.map((_, axis) => pads[axis] ?? 0)
  const ends = input.map((extent, axis) => Math.max(0, (covered[axis] ?? 0) - extent - (begins[axis] ?? 0)))
  const isSame = input.every((extent, axis) => {
    const total = Math.max((covered[axis] ?? 0) - extent, 0)
    return output[axis] === Math.ceil(extent / (strides[axis] ?? 1)) && begins[axis] === Math.floor(total / 2)
  })
  const isValid = [...begins, ...ends].every((extent) => extent === 0)
  return { input, kernel, reach, output, strides, dilations, begins, ends, padding: isSame && !isValid ? 'SAME' : 'VALID' }
}

/** Extents of the padded input. */
export function paddedExtents({ input, begins, ends, padding }: Geometry): number[] {
  return padding === 'SAME' ? [...input] : input.map((extent, axis) => extent + (begins[axis] ?? 0) + (ends[axis] ?? 0))
}

/** [N, spatial..., C] with its padding, where TensorFlow does not see to it. @param value what is in the padding; zeros if left out */
export function paddedInput(emit: Emitter, x: Slot, { begins, ends, padding }: Geometry, value?: Slot): Slot {
  return padding === 'SAME' ? x : padded(emit, x, [0, ...begins, 0], [0, ...ends, 0], value)
}

/** The gradient of `paddedInput`. */
export function cropped(emit: Emitter, dx: Slot, images: number, channels: number, geometry: Geometry): Slot {
  const { input, begins, ends, padding } = geometry
  if (padding === 'SAME' || [...begins, ...ends].every((extent) => extent === 0)) return dx
  return box(emit, dx, [0, ...begins, 0], [images, ...input, channels])
}
