// Importers of operators that move elements. Shapes, axes and ranges must be known before running.
import { broadcastShapes } from '../../../tensor/tensor.ts'
import * as g from '../../build.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { row } from './reader.ts'
import type { NodeReader } from './reader.ts'

function known(n: NodeReader, position: number): number[] {
  const numbers = n.constant(position)
  if (!numbers) throw new OnnxError(`input ${position} is missing`)
  return numbers
}

/** 0 copies an extent. Where the file's fixed batch size was written into the shape, it gives way to the batch at hand. */
function reshape(n: NodeReader): Value {
  const x = n.input(0)
  const copies = n.flag('allowzero', 0) === 0
  const shape = known(n, 1).map((extent, axis) => (extent === 0 && copies ? (x.shape[axis] ?? 0) : extent))
  const { batch } = n.context
  if (batch && shape[0] === batch.declared && x.shape[0] === batch.actual) shape[0] = batch.actual
  return g.reshape(x, shape)
}

/** A part without the batch at hand (a class token exported with a fixed batch) is repeated along it. */
function concat(n: NodeReader): Value {
  const inputs = n.all()
  const axis = n.number('axis')
  const { batch } = n.context
  if (!batch || axis === 0 || !inputs.some((x) => x.shape[0] === batch.actual)) return g.concat(inputs, axis)
  const widened = inputs.map((x) =>
    x.shape[0] === batch.declared && batch.declared === 1 ? g.expand(x, [batch.actual, ...x.shape.slice(1)]) : x,
  )
  return g.concat(widened, axis)
}

function split(n: NodeReader): readonly Value[] {
  const x = n.input(0)
  const axis = n.number('axis', 0)
  const given = n.either('split', 1)
  if (given) return g.split(x, given, axis)
  const extent = x.shape.at(axis) ?? 0
  const parts = n.number('num_outputs', n.node.outputs.length)
  if (!(parts >= 1 && parts <= extent)) throw new OnnxError(`expected 1 to ${extent} parts, found ${parts}`)
  const size = Math.ceil(extent / parts)
  return g.split(x, Array.from({ length: parts }, (_, i) => Math.min(size, extent - i * size)), axis) // prettier-ignore
}

function slice(n: NodeReader): Value {
  if (n.opset < 10) return g.slice(n.input(0), n.numbers('starts') ?? [], n.numbers('ends') ?? [], n.numbers('axes'))
  return g.slice(n.input(0), known(n, 1), known(n, 2), n.constant(3), n.constant(4))
}

function pad(n: NodeReader): Value {
  const x = n.input(0)
  const rank = x.shape.length
  const given = n.opset < 11 ? (n.numbers('pads') ?? []) : known(n, 1)
  const value = n.opset < 11 ? n.number('value', 0) : n.constant(2)?.[0]
  const axes = n.constant(3) ?? x.shape.map((_, axis) => axis)
  const pads = new Array<number>(2 * rank).fill(0)
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + rank : axis
    pads[at] = given[i] ?? 0
    pads[at + rank] = given[i + axes.length] ?? 0
  })
  return g.pad(x, pads, n.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant'), value)
}

/** [N, C*b*b, H, W] -> [N, C, H*b, W*b]; DCR: the block offset is the outer part of the channel, CRD: the inner. */
function depthToSpace(n: NodeReader): Value {
  const x = n.input(0)
  const b = n.number('blocksize')
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape
  const depth = channels / (b * b)
  const spread = n.choice('mode', ['DCR', 'CRD'], 'DCR') === 'DCR' ? [b, b, depth] : [depth, b, b]
  const blocks = g.reshape(x, [batch, ...spread, height, width])
  const perm = spread[0] === depth && n.node.attributes['mode'] === 'CRD' ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
  return g.reshape(g.transpose(blocks, perm), [batch, depth, height * b, width * b])
}

/** [N, C, H, W] -> [N, b*b*C, H/b, W/b]. */
function spaceToDepth(n: NodeReader): Value {
  const x = n.input(0)
  const b = n.number('blocksize')
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape
  const blocks = g.reshape(x, [batch, channels, height / b, b, width / b, b])
  return g.reshape(g.transpose(blocks, [0, 3, 5, 1, 2, 4]), [batch, channels * b * b, height / b, width / b])
}

export const movement = {
  Reshape: row(reshape, 'allowzero'),
  Transpose: row((n) => g.transpose(n.input(0), n.numbers('perm')), 'perm'),
  Flatten: row((n) => g.flatten(n.input(0), n.number('axis', 1)), 'axis'),
  Squeeze: row((n) => g.squeeze(n.input(0), n.either('axes', 1)), 'axes'),
  Unsqueeze: row((n) => g.unsqueeze(n.input(0), n.numbers('axes') ?? known(n, 1)), 'axes'),
  /** The shape may have ones where the input is larger. */
  Expand: row((n) => g.expand(n.input(0), broadcastShapes(n.input(0).shape, known(n, 1)))),
  Concat: row(concat, 'axis'),
  Split: row(split, 'axis', 'split', 'num_outputs'),
  Slice: row(slice, 'starts', 'ends', 'axes'),
  Pad: row(pad, 'pads', 'value', 'mode'),
  Tile: row((n) => g.tile(n.input(0), known(n, 1))),
  DepthToSpace: row(depthToSpace, 'blocksize', 'mode'),
  SpaceToDepth: row(spaceToDepth, 'blocksize'),
}
