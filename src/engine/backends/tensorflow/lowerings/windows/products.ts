// Convolutions as matrix products, one a tap of the filter, each on the positions where the tap lies inside the map. For maps of few positions: there
// TensorFlow's own kernels on the processor spend their time on packing the filter anew for every image (40 times slower at 2x2), and on padding.
import { sizeOf } from '../../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../../core/tensor/tensor.ts'
import { flag, int } from '../../attributes.ts'
import type { Emitter } from '../../emitter.ts'
import type { Slot } from '../../plan.ts'
import { padded } from '../pad.ts'
import { box } from '../slice.ts'
import type { Geometry } from './geometry.ts'

/** What a convolution of [N, spatial..., I] to [N, spatial..., O] is, whichever of its three parts is computed. */
export interface Product {
  readonly geometry: Geometry
  readonly dtype: DType
  readonly images: number
  readonly inputs: number
  readonly outputs: number
}

/** Largest number of positions of the output for which products are faster. */
const fewPositions = 16

export function isFewPositions({ output }: Geometry): boolean {
  return sizeOf(output) <= fewPositions
}

/** True if windows leave out parts of the input. oneDNN's gradient of the filter then writes beyond its memory (TensorFlow 2.21). */
export function hasGaps({ reach, strides }: Geometry): boolean {
  return strides.some((stride, axis) => stride > (reach[axis] ?? 1))
}

/** True for 1x1 filters that see every position: their gradients are one product. */
export function isPointwise({ kernel, strides, begins, ends }: Geometry): boolean {
  return sizeOf(kernel) === 1 && sizeOf(strides) === 1 && [...begins, ...ends].every((extent) => extent === 0)
}

/** One element of the filter that lies inside the map somewhere. */
interface Tap {
  readonly index: number
  /** Where it lies inside: the first position of the output on each axis, and how many. */
  readonly first: readonly number[]
  readonly count: readonly number[]
  /** Position of the input under the first one. */
  readonly from: readonly number[]
}

function tapsOf({ input, kernel, output, strides, dilations, begins }: Geometry): Tap[] {
  return Array.from({ length: sizeOf(kernel) }, (_, index): Tap => {
    let rest = index
    const offset = kernel.map(() => 0)
    for (let axis = kernel.length - 1; axis >= 0; axis--) {
      offset[axis] = (rest % (kernel[axis] ?? 1)) * (dilations[axis] ?? 1) - (begins[axis] ?? 0)
      rest = Math.floor(rest / (kernel[axis] ?? 1))
    }
    const first = offset.map((shift, axis) => Math.max(0, Math.ceil(-shift / (strides[axis] ?? 1))))
    const last = offset.map((shift, axis) => Math.min((output[axis] ?? 1) - 1, Math.floor(((input[axis] ?? 1) - 1 - shift) / (strides[axis] ?? 1)))) // prettier-ignore
    const count = last.map((end, axis) => Math.max(0, end - (first[axis] ?? 0) + 1))
    return { index, first, count, from: first.map((place, axis) => place * (strides[axis] ?? 1) + (offset[axis] ?? 0)) }
  }).filter(({ count }) => sizeOf(count) > 0)
}

/** The elements of the filter, which share its memory. */
function elements(emit: Emitter, filter: Slot, { geometry: { kernel }, inputs, outputs }: Product): readonly Slot[] {
  const count = sizeOf(kernel)
  if (count === 1) return [emit.reshape(filter, [inputs, outputs])]
  const rows = emit.reshape(filter, [count * inputs, outputs])
  return emit.callAll('Split', [emit.scalar('int32', 0), rows], { num_split: int(count) }, count)
}

/** The positions of X that a tap sees, as rows. */
function seen(emit: Emitter, x: Slot, tap: Tap, { geometry, images, inputs }: Product): Slot {
  const { input, strides } = geometry
  const rows = images * sizeOf(tap.count)
  if (sizeOf(tap.count) === sizeOf(input)) return emit.reshape(x, [rows, inputs])
  if (strides.every((stride) => stride === 1))
    return emit.reshape(box(emit, x, [0, ...tap.from, 0], [images, ...tap.count, inputs]), [rows, inputs])
  // Far faster than slices with steps.
  const flat = emit.reshape(x, [images, sizeOf(input), inputs])
  return emit.reshape(emit.call('GatherV2', [flat, emit.ints(positionsOf(tap, geometry)), emit.scalar('int32', 1)]), [rows, inputs])
}

/** The gradient of `seen`: rows at the positions that a tap sees, zeros elsewhere. */
function placed(emit: Emitter, rows: Slot, tap: Tap, { geometry, images, inputs }: Product): Slot {
  const { input, strides } = geometry
  const whole = [images, ...input, inputs]
  if (sizeOf(tap.count) === sizeOf(input)) return emit.reshape(rows, whole)
  if (strides.every((stride) => stride === 1)) {
    const behind = input.map((extent, axis) => extent - (tap.from[axis] ?? 0) - (tap.count[axis] ?? 0))
    return padded(emit, emit.reshape(rows, [images, ...tap.count, inputs]), [0, ...tap.from, 0], [0, ...behind, 0])
  }
  // A row of zeros behind the others, for all positions that the tap does not see.
  const positions = positionsOf(tap, geometry)
  const sources = Array.from({ length: sizeOf(input) }, (_, position) => placeOf(positions, position))
  const more = padded(emit, emit.reshape(rows, [images, positions.length, inputs]), [0, 0, 0], [0, 1, 0])
  return emit.reshape(emit.call('GatherV2', [more, emit.ints(sources), emit.scalar('int32', 1)]), whole)
}

function placeOf(positions: readonly number[], position: number): number {
  const place = positions.indexOf(position)
  return place === -1 ? positions.length : place
}

/** Positions of X that a tap sees, in a map seen as one row. */
function positionsOf({ from, count }: Tap, { input, strides }: Geometry): number[] {
  return count.reduce<number[]>(
    (all, length, axis) =>
      all.flatMap((start) => Array.from({ length }, (_, i) => start * (input[axis] ?? 1) + (from[axis] ?? 0) + i * (strides[axis] ?? 1))),
    [0],
  )
}

/** The positions of Y where a tap lies inside the map, as rows. */
function reached(emit: Emitter, y: Slot, { first, count }: Tap, { geometry: { output }, images, outputs }: Product): Slot {
  const part = sizeOf(count) === sizeOf(output) ? y : box(emit, y, [0, ...first, 0], [images, ...count, outputs])
  return emit.reshape(part, [images * sizeOf(count), outputs])
}

export function productForward(emit: Emitter, x: Slot, filter: Slot, product: Product): Slot {
  const { geometry: { output }, images, outputs, dtype } = product // prettier-ignore
  const weights = elements(emit, filter, product)
  const parts = tapsOf(product.geometry).map((tap) => {
    const rows = emit.call('MatMul', [seen(emit, x, tap, product), weights[tap.index] ?? -1])
    const behind = output.map((extent, axis) => extent - (tap.first[axis] ?? 0) - (tap.count[axis] ?? 0))
    return padded(emit, emit.reshape(rows, [images, ...tap.count, outputs]), [0, ...tap.first, 0], [0, ...behind, 0])
  })
  return parts.length > 0 ? emit.sum(parts, dtype) : emit.filled(dtype, [images, ...output, outputs], 0)
}

export function productInputGradient(emit: Emitter, dy: Slot, filter: Slot, product: Product): Slot {
  const weights = elements(emit, filter, product)
  const parts = tapsOf(product.geometry).map((tap) => {
    const rows = emit.call('MatMul', [reached(emit, dy, tap, product), weights[tap.index] ?? -1], { transpose_b: flag(true) })
    return placed(emit, rows, tap, product)
  })
  const { geometry: { input }, images, inputs, dtype } = product // prettier-ignore
  return parts.length > 0 ? emit.sum(parts, dtype) : emit.filled(dtype, [images, ...input, inputs], 0)
}

export function productFilterGradient(emit: Emitter, x: Slot, dy: Slot, product: Product): Slot {
  const { geometry: { kernel }, inputs, outputs, dtype } = product // prettier-ignore
  const parts = new Array<Slot>(sizeOf(kernel)).fill(-1)
  for (const tap of tapsOf(product.geometry))
    parts[tap.index] = emit.call('MatMul', [seen(emit, x, tap, product), reached(emit, dy, tap, product)], { transpose_a: flag(true) })
  const filled = parts.map((slot) => (slot === -1 ? emit.filled(dtype, [inputs, outputs], 0) : slot))
  return emit.reshape(emit.concat(filled, 0, dtype), [...kernel, inputs, outputs])
}
