// Dilated filters as larger ones with zeros between: TensorFlow's gradients on the processor have no dilations.
import type { Emitter } from '../../emitter.ts'
import type { Slot } from '../../plan.ts'
import { padded } from '../pad.ts'
import { box } from '../slice.ts'
import type { Geometry } from './geometry.ts'

/** [kernel..., I, O] -> [reach..., I, O] */
export function dilated(emit: Emitter, filter: Slot, { kernel, reach, dilations }: Geometry, ends: readonly number[]): Slot {
  if (dilations.every((dilation) => dilation === 1)) return filter
  const apart = emit.reshape(filter, [...kernel.flatMap((k) => [k, 1]), ...ends])
  const none = new Array<number>(2 * kernel.length + ends.length).fill(0)
  const gaps = [...dilations.flatMap((dilation) => [0, dilation - 1]), ...ends.map(() => 0)]
  const wide = emit.reshape(padded(emit, apart, none, gaps), [...kernel.map((k, axis) => k * (dilations[axis] ?? 1)), ...ends])
  return box(emit, wide, [...reach.map(() => 0), ...ends.map(() => 0)], [...reach, ...ends])
}

/** [reach..., I, O] -> [kernel..., I, O]: what lies at the filter's own places. */
export function undilated(emit: Emitter, filter: Slot, { kernel, dilations }: Geometry, ends: readonly number[]): Slot {
  const all = [...kernel, ...ends]
  return dilations.every((dilation) => dilation === 1)
    ? filter
    : box(emit, filter, all.map(() => 0), all, [...dilations, ...ends.map(() => 1)]) // prettier-ignore
}
