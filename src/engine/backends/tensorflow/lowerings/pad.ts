// Padding: by a value, or by what the input repeats.
import { tensor } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'
import { box } from './slice.ts'

/** Mode `constant` crops, then fills; the others read along each axis from the places that they repeat. */
export const pad: Lowering<'Pad'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { pads, mode, value } = node.attributes
  const rank = x.shape.length
  const begins = pads.slice(0, rank)
  let slot = emit.name(x)
  if (mode === 'constant') {
    const cropped = pads.map((extent) => Math.max(0, -extent))
    const extents = x.shape.map((extent, axis) => extent - (cropped[axis] ?? 0) - (cropped[axis + rank] ?? 0))
    if (cropped.some((extent) => extent > 0)) slot = box(emit, slot, cropped.slice(0, rank), extents)
    const [before, after] = [begins, pads.slice(rank)].map((part) => part.map((extent) => Math.max(0, extent)))
    emit.set(y, padded(emit, slot, before ?? [], after ?? [], emit.scalar(x.dtype, value)))
    return
  }
  x.shape.forEach((extent, axis) => {
    const [begin, length] = [begins[axis] ?? 0, y.shape[axis] ?? 0]
    if (length === extent && begin === 0) return
    const places = Array.from({ length }, (_, i) => source(i - begin, extent, mode))
    slot = emit.call('GatherV2', [slot, emit.ints(places), emit.scalar('int32', axis)])
  })
  emit.set(y, slot)
}

/** @param value a scalar; zeros if left out */
export function padded(emit: Emitter, x: Slot, begins: readonly number[], ends: readonly number[], value?: Slot): Slot {
  if ([...begins, ...ends].every((extent) => extent === 0)) return x
  const pairs = tensor('int32', [begins.length, 2], begins.flatMap((begin, axis) => [begin, ends[axis] ?? 0])) // prettier-ignore
  return value === undefined ? emit.call('Pad', [x, emit.constant(pairs)]) : emit.call('PadV2', [x, emit.constant(pairs), value])
}

/** The lowest number of a type: what never wins a maximum. */
export function lowest(emit: Emitter, dtype: DType): Slot {
  const lowest = {
    float16: -Infinity,
    float32: -Infinity,
    float64: -Infinity,
    int32: -(2 ** 31),
    int64: Number.MIN_SAFE_INTEGER,
    uint8: 0,
    bool: 0,
  }
  return emit.scalar(dtype, lowest[dtype])
}

/** Position of the input that lands at `x`, which may lie outside 0..extent-1. */
function source(x: number, extent: number, mode: 'reflect' | 'edge' | 'wrap'): number {
  if (x >= 0 && x < extent) return x
  if (mode === 'edge') return x < 0 ? 0 : extent - 1
  if (mode === 'reflect') return x < 0 ? -x : 2 * (extent - 1) - x
  return ((x % extent) + extent) % extent
}
