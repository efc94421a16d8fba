// Operators whose meaning or form changed between opsets: ours against ONNX Runtime on the same file.
import { describe, expect, it } from 'vitest'
import { float, OnnxBuilder } from '../../../../src/core/graph/onnx/builder.ts'
import type { NodeOptions, OnnxAttribute } from '../../../../src/core/graph/onnx/builder.ts'
import { tensor } from '../../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../../src/core/tensor/tensor.ts'
import { normal, relativeDifference, runOnnxRuntime, runReference } from './run.ts'

interface Case {
  readonly opset: number
  readonly op: string
  /** Further inputs, stored; null is one left out. */
  readonly stored?: readonly (HostTensor | null)[]
  readonly attributes?: Record<string, OnnxAttribute>
  readonly shape?: readonly number[]
  readonly options?: NodeOptions
}

const image = [2, 4, 5, 6]
const ints = (...values: number[]): HostTensor => tensor('int64', [values.length], values)
const reals = (...values: number[]): HostTensor => tensor('float32', [values.length], values)
const number = (value: number): HostTensor => tensor('float32', [], [value])

const cases: readonly Case[] = [
  { opset: 7, op: 'Clip', attributes: { min: float(-0.5), max: float(0.5) } },
  { opset: 11, op: 'Clip', stored: [null, number(0.5)] },
  { opset: 7, op: 'Softmax' },
  { opset: 12, op: 'Softmax', attributes: { axis: 2 } },
  { opset: 12, op: 'LogSoftmax', attributes: { axis: -1 } },
  { opset: 13, op: 'Softmax', attributes: { axis: 1 } },
  { opset: 7, op: 'Pad', attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: float(3) } },
  { opset: 7, op: 'Pad', attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], mode: 'reflect' } },
  { opset: 13, op: 'Pad', stored: [ints(0, 0, 1, 2, 0, 0, 0, -1), number(3)] },
  { opset: 18, op: 'Pad', stored: [ints(1, 0, 2, 1), null, ints(-1, 1)], attributes: { mode: 'edge' } },
  { opset: 9, op: 'Slice', attributes: { starts: [1, -3], ends: [9, -1], axes: [1, 3] } },
  { opset: 13, op: 'Slice', stored: [ints(-1, 0), ints(-(2 ** 53), 4), ints(3, 1), ints(-2, 1)] },
  { opset: 11, op: 'Unsqueeze', attributes: { axes: [0, 3] } },
  { opset: 13, op: 'Unsqueeze', stored: [ints(-1)] },
  { opset: 11, op: 'Squeeze', attributes: { axes: [1] }, shape: [3, 1, 4, 1] },
  { opset: 13, op: 'Squeeze', shape: [3, 1, 4, 1] },
  { opset: 11, op: 'Split', attributes: { axis: 1, split: [1, 3] }, options: { outputs: 2 } },
  { opset: 13, op: 'Split', attributes: { axis: 1 }, options: { outputs: 2 } },
  { opset: 18, op: 'Split', attributes: { axis: 2, num_outputs: 2 }, options: { outputs: 2 } },
  { opset: 11, op: 'ReduceSum', attributes: { axes: [2, -1], keepdims: 0 } },
  { opset: 13, op: 'ReduceSum', stored: [ints(1)] },
  { opset: 13, op: 'ReduceMean', attributes: { axes: [2, 3] } },
  { opset: 18, op: 'ReduceMean', stored: [ints(-1, 2)], attributes: { keepdims: 0 } },
  { opset: 18, op: 'ReduceMax', stored: [ints()], attributes: { noop_with_empty_axes: 1 } },
  { opset: 13, op: 'ReduceL2', attributes: { axes: [1] } },
  { opset: 13, op: 'ReduceLogSumExp', attributes: { axes: [1], keepdims: 0 } },
  { opset: 9, op: 'TopK', attributes: { k: 2, axis: 1 }, options: { outputs: 2 } },
  { opset: 11, op: 'TopK', stored: [ints(3)], attributes: { largest: 0 }, options: { outputs: 2 } },
  { opset: 9, op: 'Upsample', stored: [reals(1, 1, 2, 3)] },
  { opset: 9, op: 'Upsample', stored: [reals(1, 1, 2, 2)], attributes: { mode: 'linear' } },
  { opset: 10, op: 'Resize', stored: [reals(1, 1, 2, 2)], attributes: { mode: 'linear' } },
  { opset: 10, op: 'Resize', stored: [reals(1, 1, 2, 3)] },
  { opset: 11, op: 'Resize', stored: [reals(), reals(), ints(2, 4, 9, 7)], attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' } }, // prettier-ignore
  { opset: 13, op: 'Resize', stored: [null, reals(1, 1, 1.7, 0.6)], attributes: { mode: 'cubic' } },
  { opset: 18, op: 'Resize', stored: [null, null, ints(3, 4)], attributes: { mode: 'linear', antialias: 1, axes: [2, 3] } },
  { opset: 11, op: 'Dropout', attributes: { ratio: float(0.7) } },
  { opset: 13, op: 'Dropout', stored: [number(0.7)] },
  { opset: 8, op: 'Sum', stored: [reals(1, 2, 3, 4, 5, 6), number(1)] },
  { opset: 13, op: 'Mean', stored: [reals(1, 2, 3, 4, 5, 6), number(1)] },
  { opset: 12, op: 'Max', stored: [reals(1, 0, 0, 0, 0, -1), number(-0.5)] },
  { opset: 13, op: 'HardSigmoid', attributes: { alpha: float(1 / 6) } },
  { opset: 13, op: 'Selu' },
  { opset: 13, op: 'LRN', attributes: { size: 3, alpha: float(0.1), bias: float(2) } },
  { opset: 13, op: 'InstanceNormalization', stored: [reals(1, 2, 3, 4), reals(4, 3, 2, 1)] },
  { opset: 21, op: 'GroupNormalization', stored: [reals(1, 2, 3, 4), reals(4, 3, 2, 1)], attributes: { num_groups: 2 } },
  { opset: 13, op: 'MaxPool', attributes: { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { opset: 13, op: 'AveragePool', attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' } },
  { opset: 13, op: 'MaxPool', attributes: { kernel_shape: [2, 2], auto_pad: 'VALID', strides: [2, 2] } },
  { opset: 13, op: 'Conv', stored: [normal([6, 2, 3, 2])], attributes: { group: 2, strides: [2, 1], auto_pad: 'SAME_UPPER' } },
  { opset: 13, op: 'DepthToSpace', attributes: { blocksize: 2, mode: 'DCR' } },
  { opset: 13, op: 'DepthToSpace', attributes: { blocksize: 2, mode: 'CRD' } },
  { opset: 13, op: 'SpaceToDepth', attributes: { blocksize: 2 }, shape: [2, 3, 4, 6] },
  { opset: 13, op: 'CumSum', stored: [tensor('int64', [], [2])], attributes: { exclusive: 1, reverse: 1 } },
  { opset: 13, op: 'Gather', stored: [ints(-1, 0)], attributes: { axis: -2 } },
  { opset: 12, op: 'ArgMin', attributes: { axis: -1, keepdims: 0 } },
  { opset: 14, op: 'Reshape', stored: [ints(0, -1, 6)] },
]

function model({ opset, op, stored = [], attributes = {}, shape = image, options = {} }: Case): Uint8Array {
  const builder = new OnnxBuilder({ opset })
  const x = builder.input('x', { dtype: 'float32', shape })
  const inputs = [x, ...stored.map((value) => value && builder.initialiser(value))]
  builder.nodeAll(op, inputs, attributes, options).forEach((y, i) => {
    const isPosition = op.startsWith('Arg') || (op === 'TopK' && i === 1)
    builder.output(y, { dtype: isPosition ? 'int64' : 'float32' })
  })
  return builder.serialise()
}

describe('operators as ONNX Runtime computes them', () => {
  it.each(cases.map((test) => ({ test, title: `${test.op}, opset ${test.opset}: ${JSON.stringify(test.attributes ?? {})}` })))(
    '$title',
    async ({ test }) => {
      const bytes = model(test)
      const feeds = { x: normal(test.shape ?? image) }
      const expected = await runOnnxRuntime(bytes, feeds)
      const found = runReference(bytes, feeds)
      for (const name of Object.keys(expected)) expect(relativeDifference(found[name], expected[name]), name).toBeLessThan(1e-5)
    },
  )
})
