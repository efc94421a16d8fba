// Importers of convolution and pooling; `auto_pad` becomes explicit pads.
import * as g from '../../build.ts'
import type { WindowAttributes } from '../../ops/window.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { row } from './reader.ts'
import type { NodeReader } from './reader.ts'

const windowNames = ['auto_pad', 'dilations', 'kernel_shape', 'pads', 'strides'] as const

function windows(n: NodeReader, kernel: readonly number[]): WindowAttributes {
  const ones = kernel.map(() => 1)
  const strides = n.numbers('strides') ?? ones
  const dilations = n.numbers('dilations') ?? ones
  return { strides, dilations, pads: pads(n, kernel, strides, dilations) }
}

function pads(n: NodeReader, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): readonly number[] {
  const mode = n.choice('auto_pad', ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'], 'NOTSET')
  if (mode === 'NOTSET') return n.numbers('pads') ?? kernel.flatMap(() => [0, 0])
  if (mode === 'VALID') return kernel.flatMap(() => [0, 0])
  const totals = kernel.map((k, axis) => {
    const extent = n.input(0).shape[axis + 2] ?? 1
    const stride = strides[axis] ?? 1
    const out = Math.ceil(extent / stride)
    return Math.max(0, (out - 1) * stride + (dilations[axis] ?? 1) * (k - 1) + 1 - extent)
  })
  const less = totals.map((total) => Math.floor(total / 2))
  const more = totals.map((total) => Math.ceil(total / 2))
  return mode === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less]
}

function kernelShape(n: NodeReader): readonly number[] {
  const kernel = n.numbers('kernel_shape')
  if (!kernel) throw new OnnxError('attribute kernel_shape: expected a list of numbers, found nothing')
  return kernel
}

function conv(n: NodeReader): Value {
  const w = n.input(1)
  const kernel = w.shape.slice(2)
  const declared = n.numbers('kernel_shape') ?? kernel
  if (declared.join() !== kernel.join())
    throw new OnnxError(`attribute kernel_shape: expected [${kernel.join(', ')}], the filter's, found [${declared.join(', ')}]`)
  return g.conv(n.input(0), w, n.optional(2), { ...windows(n, kernel), group: n.number('group', 1) })
}

/** ONNX LRN: X / (bias + alpha / size * (sum of squares over `size` neighbouring channels)) ^ beta. The mean of squares is an average pool over channels. */
function localResponseNormalization(n: NodeReader): Value {
  const x = n.input(0)
  const size = n.number('size')
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const planes = g.reshape(g.mul(x, x), [batch, 1, channels, spatial.reduce((a, b) => a * b, 1)])
  const padding = [Math.floor((size - 1) / 2), 0, Math.ceil((size - 1) / 2), 0]
  const mean = g.averagePool(planes, { kernel_shape: [size, 1], pads: padding, count_include_pad: 1 })
  const base = g.add(g.mul(g.reshape(mean, x.shape), n.number('alpha', 1e-4)), n.number('bias', 1))
  return g.div(x, g.pow(base, n.number('beta', 0.75)))
}

export const windowed = {
  Conv: row(conv, ...windowNames, 'group'),
  /** `storage_order` tells of the second output only. */
  MaxPool: row(
    (n) => {
      const kernel_shape = kernelShape(n)
      return g.maxPool(n.input(0), { kernel_shape, ...windows(n, kernel_shape), ceil_mode: n.flag('ceil_mode', 0) })
    },
    ...windowNames,
    'ceil_mode',
    'storage_order',
  ),
  AveragePool: row(
    (n) => {
      const kernel_shape = kernelShape(n)
      const modes = { ceil_mode: n.flag('ceil_mode', 0), count_include_pad: n.flag('count_include_pad', 0) }
      return g.averagePool(n.input(0), { kernel_shape, ...windows(n, kernel_shape), ...modes })
    },
    ...windowNames,
    'ceil_mode',
    'count_include_pad',
  ),
  GlobalAveragePool: row((n) => g.globalAveragePool(n.input(0))),
  GlobalMaxPool: row((n) => g.globalMaxPool(n.input(0))),
  LRN: row(localResponseNormalization, 'alpha', 'beta', 'bias', 'size'),
}
