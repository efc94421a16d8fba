// Moving elements: every kernel here says where each output element comes from.
import type { OpType } from '../../graph/ops/index.ts'
import type { PadAttributes, SliceAttributes } from '../../graph/ops/movement.ts'
import { sizeOf, stridesOf } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { numbers, pick, store, view, zeros } from '../kernel.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import type { HostTensor } from '../../tensor/tensor.ts'
import { around, broadcastOffsets, offsets } from '../strided.ts'

function reshaped<Op extends OpType>(): Kernel<Op> {
  return ({ type }, x) => [view(x, type)]
}

const transpose: Kernel<'Transpose'> = ({ type, attributes }, x) => {
  const strides = stridesOf(x.shape)
  return [pick(x, type, offsets(type.shape, attributes.perm.map((axis) => strides[axis] ?? 0)))] // prettier-ignore
}

/** Position in the input of each element of the slice. */
function slicePositions(input: Shape, out: Shape, { starts, axes, steps }: SliceAttributes): Int32Array {
  const own = stridesOf(input)
  const strides = [...own]
  axes.forEach((axis, i) => (strides[axis]! *= steps[i]!))
  return offsets(out, strides, axes.reduce((start, axis, i) => start + starts[i]! * own[axis]!, 0)) // prettier-ignore
}

const sliceGradient: Kernel<'SliceGradient'> = ({ type, attributes }, dyTensor) => {
  const [dy, out] = [numbers(dyTensor), zeros(type)]
  slicePositions(type.shape, dyTensor.shape, attributes).forEach((position, i) => (out[position] = dy[i]!))
  return [store(type, out)]
}

function concat({ type, attributes: { axis } }: KernelContext<'Concat'>, ...inputs: HostTensor[]): HostTensor[] {
  const { outer } = around(type.shape, axis)
  const joined = new Int32Array(sizeOf(type.shape))
  const out = pick(inputs[0]!, type, joined)
  const row = joined.length / Math.max(1, outer)
  let start = 0
  for (const { shape, data } of inputs) {
    const width = sizeOf(shape.slice(axis))
    for (let i = 0; i < outer; i++) for (let j = 0; j < width; j++) out.data[i * row + start + j] = data[i * width + j]!
    start += width
  }
  return [out]
}

const split: Kernel<'Split'> = ({ attributes: { axis, split: parts } }, x) => {
  const own = stridesOf(x.shape)
  let start = 0
  return parts.map((extent) => {
    const shape = x.shape.with(axis, extent)
    const part = pick(x, { dtype: x.dtype, shape }, offsets(shape, own, start * own[axis]!))
    start += extent
    return part
  })
}

/** Position along an axis that lands at `x`, which may lie outside 0..extent-1; -1 = the filling. */
function padSource(x: number, extent: number, mode: PadAttributes['mode']): number {
  if (x >= 0 && x < extent) return x
  switch (mode) {
    case 'constant':
      return -1
    case 'edge':
      return x < 0 ? 0 : extent - 1
    case 'reflect':
      return x < 0 ? -x : 2 * (extent - 1) - x
    case 'wrap':
      return ((x % extent) + extent) % extent
  }
}

const pad: Kernel<'Pad'> = ({ type, attributes: { pads, mode, value } }, x) => {
  const own = stridesOf(x.shape)
  const index = stridesOf(type.shape)
  const sources = type.shape.map((n, axis) =>
    Array.from({ length: n }, (_, i) => padSource(i - (pads[axis] ?? 0), x.shape[axis] ?? 0, mode)),
  )
  const positions = new Int32Array(sizeOf(type.shape))
  for (let i = 0; i < positions.length; i++) {
    let position = 0
    for (let axis = 0; axis < index.length && position >= 0; axis++) {
      const source = sources[axis]![Math.floor(i / index[axis]!) % type.shape[axis]!]!
      position = source < 0 ? -1 : position + source * own[axis]!
    }
    positions[i] = position
  }
  return [pick(x, type, positions, value)]
}

const tile: Kernel<'Tile'> = ({ type, attributes: { repeats } }, x) => {
  // Each axis seen as [repeats, extent]: the repeats have stride 0.
  const own = stridesOf(x.shape)
  const [shape, strides] = [x.shape.flatMap((extent, axis) => [repeats[axis]!, extent]), own.flatMap((stride) => [0, stride])]
  return [pick(x, type, offsets(shape, strides))]
}

export const movement = {
  Reshape: reshaped(),
  Flatten: reshaped(),
  Squeeze: reshaped(),
  Unsqueeze: reshaped(),
  Transpose: transpose,
  Expand: ({ type }, x) => [pick(x, type, broadcastOffsets(x.shape, type.shape))],
  Concat: concat,
  Split: split,
  Slice: ({ type, attributes }, x) => [pick(x, type, slicePositions(x.shape, type.shape, attributes))],
  SliceGradient: sliceGradient,
  Pad: pad,
  Tile: tile,
} satisfies { [Op in OpType]?: Kernel<Op> }
