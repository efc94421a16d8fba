// Slice and its gradient.
import type { SliceAttributes } from '../../../../core/graph/ops/movement.ts'
import { int } from '../attributes.ts'
import type { Attributes } from '../attributes.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'

/** What StridedSlice and its gradient take over all axes; ends beyond the first element are a bit of the mask. */
function strided(emit: Emitter, rank: number, { starts, ends, axes, steps }: SliceAttributes): { range: Slot[]; attributes: Attributes } {
  const [begin, end, stride] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0), new Array<number>(rank).fill(1)]
  let open = 2 ** rank - 1
  axes.forEach((axis, i) => {
    begin[axis] = starts[i] ?? 0
    stride[axis] = steps[i] ?? 1
    const last = ends[i] ?? 0
    if (last < 0) return
    end[axis] = last
    open -= 2 ** axis
  })
  return { range: [begin, end, stride].map((values) => emit.ints(values)), attributes: { end_mask: int(open) } }
}

export const slice: Lowering<'Slice'> = (node, emit) => {
  const x = inputOf(node, 0)
  const { range, attributes } = strided(emit, x.shape.length, node.attributes)
  emit.set(outputOf(node), emit.call('StridedSlice', [emit.name(x), ...range], attributes))
}

export const sliceGradient: Lowering<'SliceGradient'> = (node, emit) => {
  const { input_shape, ...own } = node.attributes
  const { range, attributes } = strided(emit, input_shape.length, own)
  const dy = emit.name(inputOf(node, 0))
  emit.set(outputOf(node), emit.call('StridedSliceGrad', [emit.ints(input_shape), ...range, dy], attributes))
}

/** `extents` elements of each axis from `begins` on, every `steps`-th. */
export function box(emit: Emitter, x: Slot, begins: readonly number[], extents: readonly number[], steps?: readonly number[]): Slot {
  if (!steps || steps.every((step) => step === 1)) return emit.call('Slice', [x, emit.ints(begins), emit.ints(extents)])
  const ends = begins.map((begin, axis) => begin + ((extents[axis] ?? 1) - 1) * (steps[axis] ?? 1) + 1)
  return emit.call('StridedSlice', [x, emit.ints(begins), emit.ints(ends), emit.ints(steps)])
}

/** The gradient of `box`: dY in its place in zeros of `shape`. */
export function boxGradient(
  emit: Emitter,
  dy: Slot,
  shape: readonly number[],
  begins: readonly number[],
  extents: readonly number[],
  steps: readonly number[],
): Slot {
  const ends = begins.map((begin, axis) => begin + ((extents[axis] ?? 1) - 1) * (steps[axis] ?? 1) + 1)
  return emit.call('StridedSliceGrad', [emit.ints(shape), emit.ints(begins), emit.ints(ends), emit.ints(steps), dy])
}
