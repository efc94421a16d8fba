// Builders of operators that move elements.
import { sameShape, sizeOf } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { apply, applyAll } from '../apply.ts'
import type { PadAttributes, SliceAttributes } from '../ops/movement.ts'
import { GraphError } from '../ops/spec.ts'
import type { ResizeAttributes } from '../ops/resize.ts'
import type { Value } from '../value.ts'
import { normaliseAxes, normaliseAxis } from './axes.ts'

/** One extent may be -1: it takes what is left. The value itself if it has that shape already. */
export function reshape(x: Value, shape: Shape): Value {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  const explicit = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent))
  return sameShape(explicit, x.shape) ? x : apply('Reshape', [x], { shape: explicit })
}

/** Output axis i is input axis perm[i]; reverses the axes if no permutation is given. */
export function transpose(x: Value, perm: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis)): Value {
  return apply('Transpose', [x], { perm: normaliseAxes(perm, x) })
}

/** To a matrix: the axes before `axis`, and those from it on. */
export function flatten(x: Value, axis = 1): Value {
  return apply('Flatten', [x], { axis: axis < 0 ? axis + x.shape.length : axis })
}

/** Removes the axes; without them, all of extent 1. */
export function squeeze(x: Value, axes?: readonly number[]): Value {
  const removed = axes ? normaliseAxes(axes, x) : x.shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []))
  return apply('Squeeze', [x], { axes: removed })
}

/** @param axes positions in the output. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  return apply('Unsqueeze', [x], { axes: axes.map((axis) => normaliseAxis(axis, x.shape.length + axes.length)) })
}

/** The value itself if it has that shape already. */
export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply('Expand', [x], { shape })
}

export function concat(inputs: readonly Value[], axis: number): Value {
  const [first] = inputs
  if (!first) throw new GraphError('Concat(): expected at least one input, found none')
  return inputs.length === 1 ? first : apply('Concat', inputs, { axis: normaliseAxis(axis, first.shape.length) })
}

/** Parts of these extents along the axis. */
export function split(x: Value, parts: readonly number[], axis: number): readonly Value[] {
  return applyAll('Split', [x], { axis: normaliseAxis(axis, x.shape.length), split: parts })
}

/** Ranges as ONNX reads them: negative ones count from the end, too large ones are clamped. All axes and steps of 1 by default. */
export function slice(
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  axes?: readonly number[],
  steps?: readonly number[],
): Value {
  const chosen = axes ? normaliseAxes(axes, x) : starts.map((_, axis) => axis)
  return apply('Slice', [x], normaliseSlice(x.shape, { starts, ends, axes: chosen, steps: steps ?? starts.map(() => 1) }))
}

/** Slice attributes within the extents, from ONNX's own (axes non-negative already). */
export function normaliseSlice(shape: Shape, { starts, ends, axes, steps }: SliceAttributes): SliceAttributes {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
  const fromEnd = (value: number, extent: number): number => (value < 0 ? value + extent : value)
  const extents = axes.map((axis) => shape[axis] ?? 0)
  const down = steps.map((step) => step < 0)
  return {
    axes,
    steps,
    starts: starts.map((start, i) => {
      const extent = extents[i] ?? 0
      return clamp(fromEnd(start, extent), 0, down[i] ? Math.max(0, extent - 1) : extent)
    }),
    ends: ends.map((end, i) => {
      const extent = extents[i] ?? 0
      if (!down[i]) return clamp(fromEnd(end, extent), 0, extent)
      const last = clamp(fromEnd(end, extent), -1, extent)
      return last === -1 ? -(extent + 1) : last
    }),
  }
}

/** Gradient of a slice with the given (normalised) attributes. */
export function sliceGradient(dy: Value, inputShape: Shape, attributes: SliceAttributes): Value {
  return apply('SliceGradient', [dy], { ...attributes, input_shape: inputShape })
}

/** @param pads all begins, then all ends. */
export function pad(x: Value, pads: readonly number[], mode: PadAttributes['mode'] = 'constant', value = 0): Value {
  return apply('Pad', [x], { pads, mode, value })
}

export function tile(x: Value, repeats: readonly number[]): Value {
  return apply('Tile', [x], { repeats })
}

/** To `sizes`, the full shape of the output. ONNX's defaults otherwise. */
export function resize(x: Value, sizes: Shape, attributes: Partial<Omit<ResizeAttributes, 'sizes'>> = {}): Value {
  const scales = sizes.map((extent, axis) => extent / (x.shape[axis] ?? 1))
  return apply('Resize', [x], { ...resizeDefaults, scales, ...attributes, sizes })
}

/** Gradient of a resize with the given attributes. */
export function resizeGradient(dy: Value, inputShape: Shape, attributes: ResizeAttributes): Value {
  return apply('ResizeGradient', [dy], { ...attributes, input_shape: inputShape })
}

/** ONNX's defaults of Resize. */
export const resizeDefaults = {
  mode: 'nearest',
  coordinate_transformation_mode: 'half_pixel',
  nearest_mode: 'round_prefer_floor',
  cubic_coeff_a: -0.75,
  exclude_outside: 0,
  antialias: 0,
  roi: [],
  extrapolation_value: 0,
} as const
