// Reading and writing by index.
import type { OpType } from '../../graph/ops/index.ts'
import { sizeOf, stridesOf } from '../../tensor/tensor.ts'
import type { HostTensor, Shape, TensorType } from '../../tensor/tensor.ts'
import { numbers, pick, store, zeros } from '../kernel.ts'
import type { Kernel } from '../kernel.ts'
import { around } from '../strided.ts'

/** Non-negative indices.
 * @throws RangeError naming an index that lies outside the axis. */
function resolve(indices: HostTensor, extent: number): Int32Array {
  return Int32Array.from(numbers(indices), (index) => {
    if (index < -extent || index >= extent) throw new RangeError(`index ${index} is out of range for an axis of ${extent}`)
    return index < 0 ? index + extent : index
  })
}

/** Position in `data` of each element that Gather reads. */
function gatherPositions(data: Shape, axis: number, indices: HostTensor): Int32Array {
  const { outer, extent, inner } = around(data, axis)
  const at = resolve(indices, extent)
  const positions = new Int32Array(outer * at.length * inner)
  let i = 0
  for (let o = 0; o < outer; o++) for (const index of at) for (let j = 0; j < inner; j++) positions[i++] = (o * extent + index) * inner + j
  return positions
}

/** Position in `data` of each element that the indices (of the same rank) name along the axis. */
function elementPositions(data: Shape, axis: number, indices: HostTensor): Int32Array {
  const at = resolve(indices, data[axis] ?? 0)
  const [own, beside] = [stridesOf(data), stridesOf(indices.shape)]
  return at.map((index, i) =>
    own.reduce((sum, stride, k) => sum + stride * (k === axis ? index : Math.floor(i / beside[k]!) % indices.shape[k]!), 0),
  )
}

/** A kernel along one axis. */
type Along = (context: { attributes: { axis: number }; type: TensorType }, x: HostTensor, indices: HostTensor) => HostTensor[]

/** Adds dY at the positions into zeros. */
function scattered(positionsOf: typeof gatherPositions): Along {
  return ({ type, attributes: { axis } }, dyTensor, indices) => {
    const [dy, out] = [numbers(dyTensor), zeros(type)]
    positionsOf(type.shape, axis, indices).forEach((position, i) => (out[position]! += dy[i]!))
    return [store(type, out)]
  }
}

const scatterElements: Kernel<'ScatterElements'> = ({ type, attributes }, data, indices, updates) => {
  const positions = elementPositions(data.shape, attributes.axis, indices)
  if (attributes.reduction === 'add') {
    const [out, added] = [Float64Array.from(numbers(data)), numbers(updates)]
    positions.forEach((position, i) => (out[position]! += added[i]!))
    return [store(type, out)]
  }
  const written = data.data.slice()
  positions.forEach((position, i) => (written[position] = updates.data[i]!))
  return [{ ...type, data: written }]
}

const oneHot: Kernel<'OneHot'> = ({ type, attributes: { depth, axis } }, indices) => {
  const out = zeros(type)
  const inner = sizeOf(indices.shape.slice(axis))
  numbers(indices).forEach((index, i) => {
    if (index < -depth || index >= depth) return
    out[(Math.floor(i / inner) * depth + (index < 0 ? index + depth : index)) * inner + (i % inner)] = 1
  })
  return [store(type, out)]
}

export const indexing = {
  Gather: ({ type, attributes }, data, indices) => [pick(data, type, gatherPositions(data.shape, attributes.axis, indices))],
  GatherGradient: scattered(gatherPositions),
  GatherElements: ({ type, attributes }, data, indices) => [pick(data, type, elementPositions(data.shape, attributes.axis, indices))],
  GatherElementsGradient: scattered(elementPositions),
  ScatterElements: scatterElements,
  OneHot: oneHot,
} satisfies { [Op in OpType]?: Kernel<Op> }
