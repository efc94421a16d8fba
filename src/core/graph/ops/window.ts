// Sliding windows over the spatial axes of [N, C, spatial...]: checks and extents shared by convolution and pooling.
import type { Shape, TensorType } from '../../tensor/tensor.ts'
import { describe, describeShape, expect, GraphError } from './spec.ts'

/** Where windows lie. One entry a spatial axis; `pads` = all begins, then all ends. */
export interface WindowAttributes {
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
}

/** Extents of the spatial axes after sliding a window over them.
 * @param ceil round up, but only for windows that start inside the input or its leading padding (as PyTorch and ONNX 1.17 do). */
export function windowExtents(spatial: Shape, kernel: Shape, { strides, pads, dilations }: WindowAttributes, ceil = false): number[] {
  const rank = spatial.length
  expect(strides.length === rank && strides.every((s) => s >= 1), `${rank} strides >= 1`, describeShape(strides))
  expect(dilations.length === rank && dilations.every((d) => d >= 1), `${rank} dilations >= 1`, describeShape(dilations))
  expect(pads.length === 2 * rank && pads.every((p) => p >= 0), `${2 * rank} pads >= 0`, describeShape(pads))
  expect(kernel.length === rank && kernel.every((k) => k >= 1), `a kernel of rank ${rank} with extents >= 1`, describeShape(kernel))
  return spatial.map((extent, axis) => {
    const [k = 1, stride = 1, dilation = 1, begin = 0, end = 0] = [
      kernel[axis],
      strides[axis],
      dilations[axis],
      pads[axis],
      pads[axis + rank],
    ]
    const room = extent + begin + end - (dilation * (k - 1) + 1)
    if (room < 0) throw new GraphError(`the window ${describeShape(kernel)} is larger than the padded input ${describeShape(spatial)}`)
    let out = Math.floor(room / stride) + 1
    if (ceil && room % stride !== 0 && out * stride < extent + begin) out++
    return out
  })
}

/** The spatial extents of an [N, C, spatial...] tensor. */
export function spatialOf(x: TensorType): number[] {
  expect(x.shape.length >= 3, '[N, C, spatial...]', describe(x))
  return x.shape.slice(2)
}
