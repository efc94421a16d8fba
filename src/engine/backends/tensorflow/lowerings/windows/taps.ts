// Windows one tap at a time, for those that TensorFlow's kernels do not slide: dilated ones and those over three axes.
import type { Emitter } from '../../emitter.ts'
import type { Slot } from '../../plan.ts'
import { box, boxGradient } from '../slice.ts'
import type { Geometry } from './geometry.ts'
import { paddedExtents } from './geometry.ts'

/** A view of the padded map for each element of the kernel, in row order. */
export interface Tap {
  /** What the tap sees of a padded map [N, spatial..., C] -> [N, output..., C]. */
  readonly view: (x: Slot) => Slot
  /** Its gradient: puts [N, output..., C] at the places that the tap sees. */
  readonly place: (dy: Slot) => Slot
}

export function taps(emit: Emitter, images: number, channels: number, geometry: Geometry): Tap[] {
  const { kernel, output, strides, dilations } = geometry
  const offsets = kernel.reduce<number[][]>((all, k) => all.flatMap((own) => Array.from({ length: k }, (_, i) => [...own, i])), [[]])
  const whole = [images, ...paddedExtents(geometry), channels]
  return offsets.map((offset) => {
    const begins = [0, ...offset.map((k, axis) => k * (dilations[axis] ?? 1)), 0]
    const [extents, steps] = [
      [images, ...output, channels],
      [1, ...strides, 1],
    ]
    return {
      view: (x) => box(emit, x, begins, extents, steps),
      place: (dy) => boxGradient(emit, dy, whole, begins, extents, steps),
    }
  })
}

/** True if TensorFlow has kernels for such windows. */
export function isNative({ kernel, dilations }: Geometry): boolean {
  return kernel.length === 2 && dilations.every((dilation) => dilation === 1)
}
