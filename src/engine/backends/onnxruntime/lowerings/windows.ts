// Arithmetic of sliding windows.
import type { Shape } from '../../../../core/tensor/tensor.ts'
import type { WindowAttributes } from '../../../../core/graph/ops/window.ts'

/** `pads` and `output_padding` with which ConvTranspose undoes the shape change of a window: `output` extents back to `input`. */
export function transposedPads(
  input: Shape,
  output: Shape,
  { kernel_shape, strides, pads, dilations }: WindowAttributes & { readonly kernel_shape: Shape },
): { pads: number[]; output_padding: number[] } {
  const begins = pads.slice(0, input.length)
  // What lies behind the input's last element: positive = covered by windows, to be cut off; negative = covered by none, to be added.
  const behind = input.map((extent, axis) => {
    const reach = (strides[axis] ?? 1) * ((output[axis] ?? 1) - 1) + (dilations[axis] ?? 1) * ((kernel_shape[axis] ?? 1) - 1) + 1
    return reach - (begins[axis] ?? 0) - extent
  })
  return { pads: [...begins, ...behind.map((n) => Math.max(0, n))], output_padding: behind.map((n) => Math.max(0, -n)) }
}
