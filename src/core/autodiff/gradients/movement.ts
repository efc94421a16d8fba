// Gradients of operators that move elements: they move back, and what was copied is added up.
import { concat, constant, full, gatherGradient, pad, reduceSum, reshape, slice, sliceGradient, split } from '../../graph/build.ts'
import { transpose } from '../../graph/build.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import type { movement as family, PadAttributes } from '../../graph/ops/movement.ts'
import type { Value } from '../../graph/value.ts'
import type { GradientRule, GradientRules, Site } from '../rule.ts'
import { unbroadcast } from './broadcast.ts'

const reshaped: GradientRule<'Reshape' | 'Flatten' | 'Squeeze' | 'Unsqueeze'> = ({ x: [x], dy }) => [reshape(dy, x.shape)]

function concatRule({ inputs, dy, needed, attributes: { axis } }: Site<'Concat'>): (Value | null)[] {
  const extents = inputs.map((input) => input?.shape[axis] ?? 0)
  if (needed.filter(Boolean).length > 1) return [...split(dy, extents, axis)]
  const starts = extents.map((_, i) => extents.slice(0, i).reduce((a, b) => a + b, 0))
  return extents.map((extent, i) => (needed[i] ? slice(dy, [starts[i] ?? 0], [(starts[i] ?? 0) + extent], [axis]) : null))
}

/** Position in an axis of `extent` elements that the padded position `i` (from the first element) is a copy of. */
function source(i: number, extent: number, mode: PadAttributes['mode']): number {
  if (mode === 'edge') return Math.min(Math.max(i, 0), extent - 1)
  if (mode === 'wrap') return ((i % extent) + extent) % extent
  const period = Math.max(1, 2 * (extent - 1))
  const j = ((i % period) + period) % period
  return j < extent ? j : period - j
}

/** Constant padding is cut off, and what was cropped (negative pads) gets zeros; copies go back to where they came from, axis by axis. */
function padRule({ x: [x], dy, attributes: { pads, mode } }: Site<'Pad'>): [Value] {
  const rank = x.shape.length
  if (mode === 'constant') {
    const begins = pads.slice(0, rank).map((p) => Math.max(p, 0))
    const ends = dy.shape.map((extent, axis) => extent - Math.max(pads[axis + rank] ?? 0, 0))
    const inner = pads.some((p) => p > 0) ? slice(dy, begins, ends) : dy
    return [pads.some((p) => p < 0) ? pad(inner, pads.map((p) => Math.max(-p, 0))) : inner] // prettier-ignore
  }
  return [
    x.shape.reduce((g, extent, axis) => {
      const begin = pads[axis] ?? 0
      if (begin === 0 && !pads[axis + rank]) return g
      const positions = Array.from({ length: dy.shape[axis] ?? 0 }, (_, i) => source(i - begin, extent, mode))
      const indices = constant(tensor('int64', [positions.length], positions))
      return gatherGradient(g, indices, g.shape.with(axis, extent), axis)
    }, dy),
  ]
}

/** Every axis is a run of copies: [..., repeats, extent, ...]. */
function tileRule({ x: [x], dy, attributes: { repeats } }: Site<'Tile'>): [Value] {
  const runs: Shape = x.shape.flatMap((extent, axis) => [repeats[axis] ?? 1, extent])
  const copied = repeats.flatMap((count, axis) => (count === 1 ? [] : [2 * axis]))
  return [reshape(reduceSum(reshape(dy, runs), copied), x.shape)]
}

export const movement: GradientRules<keyof typeof family> = {
  Reshape: reshaped,
  Transpose: ({ x: [x], dy, attributes: { perm } }) => [transpose(dy, x.shape.map((_, axis) => perm.indexOf(axis)))], // prettier-ignore
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Expand: ({ x: [x], dy }) => [unbroadcast(dy, x.shape)],
  Concat: concatRule,
  Split: ({ outputs, dys, attributes: { axis } }) => [concat(outputs.map((y, i) => dys[i] ?? full(y.dtype, y.shape, 0)), axis)], // prettier-ignore
  Slice: ({ x: [x], dy, attributes }) => [sliceGradient(dy, x.shape, attributes)],
  SliceGradient: ({ dy, attributes: { starts, ends, axes, steps } }) => [slice(dy, starts, ends, axes, steps)],
  Pad: padRule,
  Tile: tileRule,
}
