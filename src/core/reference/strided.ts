// Positions of elements: row-major walks over shapes with arbitrary strides.
import { sizeOf, stridesOf } from '../tensor/tensor.ts'
import type { Shape } from '../tensor/tensor.ts'

/** Offset of each element of `shape`, in row-major order: start + sum of index * stride. */
export function offsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const out = new Int32Array(sizeOf(shape))
  if (out.length === 0) return out
  out[0] = start
  let filled = 1
  // From the innermost axis outwards: the block that is there is repeated with the axis's stride added.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [extent = 1, stride = 0] = [shape[axis], strides[axis]]
    for (let i = 1; i < extent; i++) for (let j = 0; j < filled; j++) out[i * filled + j] = out[j]! + i * stride
    filled *= extent
  }
  return out
}

/** For each element of `shape`, the position in a tensor of shape `from` that broadcasts to it. */
export function broadcastOffsets(from: Shape, shape: Shape): Int32Array {
  const own = stridesOf(from)
  const lead = shape.length - from.length
  return offsets(
    shape,
    shape.map((_, axis) => (from[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0))),
  )
}

/** A tensor seen as [outer, extent, inner] around one axis. */
export function around(shape: Shape, axis: number): { outer: number; extent: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), extent: shape[axis] ?? 1, inner: sizeOf(shape.slice(axis + 1)) }
}
