// Importers of matrix products, normalisation layers and dropout.
import * as g from '../../build.ts'
import { sizeOf } from '../../../tensor/tensor.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { row } from './reader.ts'
import type { NodeReader } from './reader.ts'

function gemm(n: NodeReader): Value {
  return g.gemm(n.input(0), n.input(1), n.optional(2), {
    alpha: n.number('alpha', 1),
    beta: n.number('beta', 1),
    transA: n.flag('transA', 0),
    transB: n.flag('transB', 0),
  })
}

/** Always the inference form, unless the caller decides otherwise: `training_mode` only tells how the file was exported. */
function batchNormalization(n: NodeReader): Value {
  n.require('spatial', 1)
  const [x, scale, b, mean, variance] = [n.input(0), n.input(1), n.input(2), n.input(3), n.input(4)]
  const epsilon = n.number('epsilon', 1e-5)
  const hook = n.context.hooks.batchNormalization
  if (hook) return hook({ x, scale, b, mean, variance, epsilon, names: n.node.inputs })
  return g.batchNormalization(x, scale, b, mean, variance, epsilon)
}

/** A per-channel vector [C] laid along axis 1 of a tensor of that rank. */
function alongChannels(vector: Value, rank: number): Value {
  return g.reshape(vector, [vector.shape[0] ?? 1, ...new Array<number>(rank - 2).fill(1)])
}

/** (rows - mean) / sqrt(variance + epsilon), each row of [..., K] on its own. */
function standardise(rows: Value, epsilon: number): Value {
  const axis = [rows.shape.length - 1]
  const centred = g.sub(rows, g.reduceMean(rows, axis, 1))
  return g.div(centred, g.sqrt(g.add(g.reduceMean(g.mul(centred, centred), axis, 1), epsilon)))
}

/** ONNX GroupNormalization; each channel its own group is InstanceNormalization. Opset 18 has scale and bias per group, 21 per channel. */
function groupNormalization(n: NodeReader, groups: number): Value {
  const x = n.input(0)
  const rank = x.shape.length
  const [batch = 1, channels = 1] = x.shape
  if (channels % groups !== 0) throw new OnnxError(`attribute num_groups: ${groups} does not divide ${channels} channels`)
  const rows = standardise(g.reshape(x, [batch, groups, -1]), n.number('epsilon', 1e-5))
  const perGroup = (vector: Value): Value => g.expand(g.reshape(vector, [groups, 1]), [groups, channels / groups])
  const perChannel = (vector: Value): Value =>
    alongChannels(sizeOf(vector.shape) === channels ? vector : g.reshape(perGroup(vector), [channels]), rank)
  return g.add(g.mul(g.reshape(rows, x.shape), perChannel(n.input(1))), perChannel(n.input(2)))
}

/** ONNX RMSNormalization: X / sqrt(mean of squares over the axes from `axis` on + epsilon) * scale. */
function rmsNormalization(n: NodeReader): Value {
  const x = n.input(0)
  const axis = n.number('axis', -1)
  const first = axis < 0 ? axis + x.shape.length : axis
  const axes = x.shape.flatMap((_, i) => (i >= first ? [i] : []))
  const root = g.sqrt(g.add(g.reduceMean(g.mul(x, x), axes, 1), n.number('epsilon', 1e-5)))
  return g.mul(g.div(x, root), n.input(1))
}

/** The ratio is an attribute before opset 12, an input since. */
function dropout(n: NodeReader): Value {
  const ratio = (n.opset < 12 ? n.number('ratio', 0.5) : n.constant(1)?.[0]) ?? 0.5
  return n.context.hooks.dropout?.(n.input(0), ratio) ?? n.input(0)
}

export const layers = {
  MatMul: row((n) => g.matMul(n.input(0), n.input(1))),
  Gemm: row(gemm, 'alpha', 'beta', 'transA', 'transB'),
  BatchNormalization: row(batchNormalization, 'epsilon', 'momentum', 'spatial', 'training_mode'),
  InstanceNormalization: row((n) => groupNormalization(n, n.input(0).shape[1] ?? 1), 'epsilon'),
  GroupNormalization: row((n) => groupNormalization(n, n.number('num_groups')), 'epsilon', 'num_groups', 'stash_type'),
  LayerNormalization: row(
    (n) => g.layerNormalization(n.input(0), n.input(1), n.optional(2), n.number('axis', -1), n.number('epsilon', 1e-5)),
    'axis',
    'epsilon',
    'stash_type',
  ),
  RMSNormalization: row(rmsNormalization, 'axis', 'epsilon', 'stash_type'),
  /** ONNX LpNormalization: X over its norm of order p along the axis. */
  LpNormalization: row(
    (n) => {
      const x = n.input(0)
      const axes = [n.number('axis', -1)]
      if (n.number('p', 2) === 1) return g.div(x, g.reduceSum(g.abs(x), axes, 1))
      return g.div(x, g.sqrt(g.reduceSum(g.mul(x, x), axes, 1)))
    },
    'axis',
    'p',
  ),
  Dropout: row(dropout, 'ratio', 'seed'),
}
