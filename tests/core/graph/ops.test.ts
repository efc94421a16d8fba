// The op table: what graphs are refused, and how clearly.
import { describe, expect, it } from 'vitest'
import { apply, applyAll } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import { GraphError } from '../../../src/core/graph/ops/spec.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { DType } from '../../../src/core/tensor/tensor.ts'

const leaf = (shape: number[], dtype: DType = 'float32'): Value => g.input('x', { dtype, shape })
const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] }

describe('a graph that cannot be built is refused', () => {
  it.each<[problem: string, build: () => unknown, message: string]>([
    [
      'operands that do not broadcast',
      () => g.add(leaf([2, 3]), leaf([2, 4])),
      'Add(float32[2, 3], float32[2, 4]): shapes [2, 3] and [2, 4] do not broadcast',
    ],
    [
      'operands of two types',
      () => g.add(leaf([2]), leaf([2], 'float64')),
      "Add(float32[2], float64[2]): expected the other operand's type float32, found float64[2]",
    ],
    [
      'arithmetic on bool',
      () => g.mul(leaf([2], 'bool'), leaf([2], 'bool')),
      'Mul(bool[2], bool[2]): expected a numeric type, found bool[2]',
    ],
    ['a root of integers', () => g.sqrt(leaf([2], 'int32')), 'Sqrt(int32[2]): expected float32 or float64, found int32[2]'],
    ['a missing input', () => apply('Add', [leaf([2])], {}), 'Add(float32[2]): expected the inputs A, B, found 1'],
    ['an input too many', () => apply('Relu', [leaf([2]), leaf([2])], {}), 'expected the inputs X, found 2'],
    [
      'matrices that do not fit',
      () => g.matMul(leaf([2, 3]), leaf([4, 5])),
      'MatMul(float32[2, 3], float32[4, 5]): expected 3 rows in B, found 4',
    ],
    ['a Gemm of vectors', () => g.gemm(leaf([3]), leaf([3, 2])), 'expected two matrices, found float32[3] and float32[3, 2]'],
    [
      'a C that would widen a Gemm',
      () => g.gemm(leaf([1, 3]), leaf([3, 2]), leaf([4, 2])),
      'expected C to broadcast to [1, 2], found [4, 2]',
    ],
    [
      'a filter for other channels',
      () => g.conv(leaf([1, 3, 8, 8]), leaf([4, 2, 3, 3])),
      'expected a filter for 3 input channels in 1 groups',
    ],
    [
      'groups that do not divide',
      () => g.conv(leaf([1, 4, 8, 8]), leaf([5, 2, 3, 3]), null, { group: 2 }),
      'a group count that divides 5 output channels',
    ],
    [
      'a bias of another length',
      () => g.conv(leaf([1, 3, 8, 8]), leaf([4, 3, 3, 3]), leaf([3])),
      'expected the bias to be float32[4], found float32[3]',
    ],
    [
      'a window larger than the map',
      () => g.conv(leaf([1, 3, 2, 2]), leaf([4, 3, 3, 3])),
      'the window [3, 3] is larger than the padded input [2, 2]',
    ],
    [
      'a gradient of another shape',
      () => apply('ConvInputGradient', [leaf([1, 4, 7, 7]), leaf([4, 3, 3, 3])], { ...window, group: 1, input_shape: [1, 3, 8, 8] }),
      'expected dY to be float32[1, 4, 6, 6], found float32[1, 4, 7, 7]',
    ],
    [
      'a pool with too few pads',
      () => g.maxPool(leaf([1, 1, 4, 4]), { kernel_shape: [2, 2], pads: [1, 1] }),
      'expected 4 pads >= 0, found [1, 1]',
    ],
    [
      'statistics of another length',
      () => g.batchNormalization(leaf([2, 3, 4]), leaf([3]), leaf([3]), leaf([4]), leaf([3])),
      'expected input_mean to be float32[3], found float32[4]',
    ],
    ['an axis out of range', () => g.softmax(leaf([2, 3]), 2), 'expected an axis from -2 to 1, found 2'],
    [
      'a reshape that loses elements',
      () => g.reshape(leaf([2, 3]), [4, 1]),
      'Reshape(float32[2, 3]): expected a shape of 6 elements, found [4, 1]',
    ],
    ['a permutation with an axis twice', () => g.transpose(leaf([2, 3]), [0, 0]), 'expected distinct axes, found [0, 0]'],
    ['squeezing what is wide', () => g.squeeze(leaf([1, 3]), [1]), 'expected extent 1 on axes [1], found float32[1, 3]'],
    ['an expansion that shrinks', () => g.expand(leaf([2, 3]), [1, 3]), 'expected an input that broadcasts to [1, 3], found float32[2, 3]'],
    [
      'joining unlike tensors',
      () => g.concat([leaf([2, 3]), leaf([3, 3])], 1),
      'expected an input like float32[2, 3] but for axis 1, found float32[3, 3]',
    ],
    ['parts that do not add up', () => g.split(leaf([5]), [2, 2], 0), 'expected parts that add up to 5, found [2, 2]'],
    ['a step of zero', () => g.slice(leaf([5]), [0], [5], [0], [0]), 'expected a step other than 0, found 0'],
    ['too wide a reflection', () => g.pad(leaf([3]), [3, 0], 'reflect'), 'expected reflecting pads below 3, found [3, 0]'],
    ['real indices', () => g.gather(leaf([3]), leaf([1])), 'expected int32 or int64 indices, found float32[1]'],
    [
      'updates of another shape',
      () => g.scatterElements(leaf([3]), leaf([2], 'int64'), leaf([3])),
      'expected the updates to be float32[2], found float32[3]',
    ],
    ['the 4 largest of 3', () => g.topK(leaf([3]), 4), 'expected k from 1 to 3, found 4'],
    ['two numbers', () => g.add(1, 2), 'expected a value among the operands, found two numbers'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(GraphError)
    expect(build).toThrow(message)
  })
})

describe('builders', () => {
  it('count negative axes from the end', () => {
    expect(g.softmax(leaf([2, 3]), -2).node.attributes).toEqual({ axis: 0 })
    expect(g.reduceSum(leaf([2, 3, 4]), [-1, 0]).shape).toEqual([3])
    expect(g.unsqueeze(leaf([2, 3]), [-1, 0]).shape).toEqual([1, 2, 3, 1])
    expect(g.flatten(leaf([2, 3, 4]), -1).shape).toEqual([6, 4])
    expect(g.oneHot(leaf([2, 3], 'int64'), 5, -3).shape).toEqual([5, 2, 3])
    expect(g.reshape(leaf([2, 3, 4]), [4, -1]).shape).toEqual([4, 6])
  })

  it('read ranges as ONNX does', () => {
    const ranges = (start: number, end: number, step: number): unknown => g.slice(leaf([10]), [start], [end], [-1], [step]).node.attributes
    expect(ranges(-3, 1000, 1)).toEqual({ starts: [7], ends: [10], axes: [0], steps: [1] })
    expect(ranges(1000, -1000, -1)).toEqual({ starts: [9], ends: [-11], axes: [0], steps: [-1] })
    expect(ranges(5, -8, -2)).toEqual({ starts: [5], ends: [2], axes: [0], steps: [-2] })
    expect(ranges(-1000, -2, 3)).toEqual({ starts: [0], ends: [8], axes: [0], steps: [3] })
  })

  it('return the value itself where there is nothing to do', () => {
    const x = leaf([2, 3])
    expect([g.reshape(x, [2, -1]), g.expand(x, [2, 3]), g.cast(x, 'float32'), g.concat([x], 0)]).toEqual([x, x, x, x])
    expect(g.reduceSum(leaf([]))).toMatchObject({ node: { op: 'Input' } })
  })
})

describe('ceil_mode', () => {
  it('adds no window that starts in the padding behind the input', () => {
    const pool = (extent: number, kernel: number, stride: number, pad: number): number | undefined =>
      g.maxPool(leaf([1, 1, extent]), { kernel_shape: [kernel], strides: [stride], pads: [pad, pad], ceil_mode: 1 }).shape[2]
    expect(pool(4, 3, 2, 0)).toBe(2)
    expect(pool(2, 1, 2, 0)).toBe(1)
    expect(pool(4, 2, 4, 1)).toBe(2)
    expect(pool(2, 3, 3, 1)).toBe(1)
  })
})

describe('topological order', () => {
  it('puts inputs first, each node once, in graphs too deep to recurse', () => {
    let deep = leaf([1])
    for (let i = 0; i < 50_000; i++) deep = g.add(deep, deep)
    const order = topological([deep])
    expect(order.length).toBe(50_001)
    expect(order[0]?.op).toBe('Input')
    const [a, b] = applyAll('Split', [leaf([4])], { axis: 0, split: [1, 3] })
    expect(topological([b as Value, a as Value]).map(({ op }) => op)).toEqual(['Input', 'Split'])
  })
})
