// Importers of indexing and of operators that make tensors from shapes: the latter are constants once shapes are known.
import { sizeOf, stridesOf, tensor, toNumbers } from '../../../tensor/tensor.ts'
import type { Shape } from '../../../tensor/tensor.ts'
import * as g from '../../build.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { constantOf, folded, largestFolded } from './fold.ts'
import { row } from './reader.ts'
import type { NodeReader } from './reader.ts'

/** The shape of input 0, which need not have been computed. */
function shapeOf(n: NodeReader): Shape {
  return n.context.shapes.get(n.node.inputs[0] ?? '') ?? n.input(0).shape
}

function shape(n: NodeReader): Value {
  const extents = shapeOf(n).slice(n.number('start', 0), n.has('end') ? n.number('end') : undefined)
  return g.constant(tensor('int64', [extents.length], extents))
}

function constantOfShape(n: NodeReader): Value {
  const value = n.tensor('value')
  return g.full(value?.dtype ?? 'float32', n.constant(0) ?? [], value ? (toNumbers(value)[0] ?? 0) : 0)
}

function range(n: NodeReader): Value {
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((position) => n.constant(position)?.[0])
  if (delta === 0) throw new OnnxError('input 2: expected a step other than 0, found 0')
  const length = Math.max(0, Math.ceil((limit - start) / delta))
  if (!(length <= largestFolded)) throw new OnnxError(`expected at most ${largestFolded} elements, found ${length}`)
  return g.constantOf(n.input(0).dtype, [length], (i) => start + i * delta)
}

/** Positions of the elements other than 0, [rank, count]. */
function nonZero(n: NodeReader): Value {
  const x = n.constantTensor(0)
  const strides = stridesOf(x.shape)
  const found = toNumbers(x).flatMap((value, i) => (value === 0 ? [] : [i]))
  const positions = strides.flatMap((stride, axis) => found.map((i) => Math.floor(i / stride) % (x.shape[axis] ?? 1)))
  return g.constant(tensor('int64', [x.shape.length, found.length], positions))
}

/** `values` holds what stands for off and on. */
function oneHot(n: NodeReader): Value {
  const values = n.constantTensor(2)
  const [off = 0, on = 1] = toNumbers(values)
  const indices = n.input(0)
  const places = indices.dtype === 'int32' || indices.dtype === 'int64' ? indices : g.cast(indices, 'int64')
  const hot = g.oneHot(places, n.constant(1)?.[0] ?? 0, n.number('axis', -1), values.dtype)
  return off === 0 && on === 1 ? hot : g.add(g.mul(hot, on - off), off)
}

function scatter(n: NodeReader): Value {
  const reduction = n.choice('reduction', ['none', 'add'], 'none')
  return g.scatterElements(n.input(0), n.input(1), n.input(2), n.number('axis', 0), reduction)
}

/** Only among constants: exporters write attention masks that way. Each row of `indices` names a slice of the data. */
function scatterNd(n: NodeReader): Value {
  n.require('reduction', 'none')
  const [data, indices, updates] = [n.constantTensor(0), n.constantTensor(1), toNumbers(n.constantTensor(2))]
  const values = toNumbers(data)
  const depth = indices.shape.at(-1) ?? 0
  const strides = stridesOf(data.shape)
  const length = sizeOf(data.shape.slice(depth))
  const places = toNumbers(indices)
  for (let row = 0; row * depth < places.length; row++) {
    const at = places.slice(row * depth, (row + 1) * depth)
    const start = at.reduce((sum, place, axis) => sum + (place < 0 ? place + (data.shape[axis] ?? 0) : place) * (strides[axis] ?? 0), 0)
    for (let i = 0; i < length; i++) values[start + i] = updates[row * length + i] ?? 0
  }
  return g.constant(tensor(data.dtype, data.shape, values))
}

/** Taking every element of a vector in order is a new shape: PyTorch's exporter writes so what it knows as strides. */
function gather(data: Value, indices: Value, axis: number): Value {
  const isWhole = data.shape.length === 1 && sizeOf(indices.shape) === data.shape[0] && indices.node.op === 'Constant'
  const places = isWhole ? constantOf(indices) : null
  if (places && toNumbers(places).every((place, i) => place === i)) return g.reshape(data, indices.shape)
  return g.gather(data, indices, axis)
}

/** Each row of the indices names a slice of the data by the axes behind the `batch_dims` that both share; these axes are taken as one. */
function gatherNd(n: NodeReader): Value {
  const [data, indices, batch] = [n.input(0), n.input(1), n.number('batch_dims', 0)]
  const depth = indices.shape.at(-1) ?? 0
  const [shared, named, rest] = [data.shape.slice(0, batch), data.shape.slice(batch, batch + depth), data.shape.slice(batch + depth)]
  const vector = (values: readonly number[]): Value => g.constant(tensor(indices.dtype, [depth], values))
  const places = g.mul(folded(g.mod(indices, vector(named))), vector(stridesOf(named)))
  const within = folded(g.reduceSum(folded(places), [indices.shape.length - 1]))
  const offsets = g.constantOf(indices.dtype, [...shared, ...within.shape.slice(batch).map(() => 1)], (i) => i * sizeOf(named))
  return gather(g.reshape(data, [sizeOf(shared) * sizeOf(named), ...rest]), batch === 0 ? within : folded(g.add(within, offsets)), 0)
}

export const indexing = {
  Gather: row((n) => gather(n.input(0), n.input(1), n.number('axis', 0)), 'axis'),
  GatherElements: row((n) => g.gatherElements(n.input(0), n.input(1), n.number('axis', 0)), 'axis'),
  GatherND: row(gatherNd, 'batch_dims'),
  ScatterElements: row(scatter, 'axis', 'reduction'),
  Scatter: row(scatter, 'axis'),
  ScatterND: row(scatterNd, 'reduction'),
  OneHot: row(oneHot, 'axis'),
  Shape: row(shape, 'start', 'end'),
  Size: row((n) => g.scalarOf('int64', sizeOf(shapeOf(n)))),
  ConstantOfShape: row(constantOfShape, 'value'),
  Range: row(range),
  NonZero: row(nonZero),
}
