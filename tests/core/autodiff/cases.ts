// Points and graphs at which every gradient rule is compared with finite differences.
import { apply } from '../../../src/core/graph/apply.ts'
import * as b from '../../../src/core/graph/build.ts'
import type { OpType } from '../../../src/core/graph/ops/index.ts'
import type { ResizeAttributes } from '../../../src/core/graph/ops/resize.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { Shape } from '../../../src/core/tensor/tensor.ts'

/** A random tensor: standard normal, uniform in [0.5, 2], or well separated numbers in random order (for maxima and kinks). */
export interface Drawn {
  readonly shape: Shape
  readonly from: 'normal' | 'positive' | 'distinct'
}
export interface Case {
  readonly inputs: readonly Drawn[]
  readonly build: (...x: Value[]) => Value | readonly Value[]
  /** False where the gradient of the gradient is refused. */
  readonly twice?: false
}

const n = (...shape: number[]): Drawn => ({ shape, from: 'normal' })
const p = (...shape: number[]): Drawn => ({ shape, from: 'positive' })
const d = (...shape: number[]): Drawn => ({ shape, from: 'distinct' })
const on = (inputs: readonly Drawn[], build: Case['build'], twice?: false): Case => ({ inputs, build, ...(twice === false && { twice }) })

const indices = (shape: Shape, ...values: number[]): Value => b.constant(tensor('int64', shape, values))
const condition = (shape: Shape, ...values: number[]): Value => b.constant(tensor('bool', shape, values))

const unary = (build: (x: Value) => Value, of = n): Case[] => [on([of(2, 3)], build), on([of()], build)]
const binary = (build: (x: Value, y: Value) => Value, x = n, y = n): Case[] => [
  on([x(2, 3), y(2, 3)], build),
  on([x(4, 1, 3), y(2, 1)], build),
  on([x(3), y(2, 1, 3)], build),
  on([x(), y(1, 2)], build),
]

interface Convolution {
  x: number[]
  w: number[]
  y: number[]
  attributes: { group?: number; strides?: number[]; pads?: number[]; dilations?: number[] }
}
const convolutions: Convolution[] = [
  { x: [2, 3, 5, 4], w: [4, 3, 3, 2], y: [2, 4, 3, 3], attributes: {} },
  { x: [2, 3, 7, 6], w: [4, 3, 3, 3], y: [2, 4, 4, 2], attributes: { strides: [2, 3], pads: [1, 0, 2, 1] } },
  { x: [1, 4, 6, 6], w: [6, 2, 2, 3], y: [1, 6, 4, 4], attributes: { group: 2, dilations: [2, 1] } },
  { x: [1, 3, 5, 5], w: [3, 1, 3, 3], y: [1, 3, 3, 3], attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] } },
  { x: [2, 2, 8], w: [3, 2, 3], y: [2, 3, 4], attributes: { strides: [2], pads: [1, 0] } },
]

const window2 = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1], dilations: [1, 1] }
const averages = [
  { ...window2, count_include_pad: 0 },
  { ...window2, count_include_pad: 1 },
  { ...window2, kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1, count_include_pad: 1 },
] as const

const resizes: [number[], Partial<Omit<ResizeAttributes, 'sizes'>>][] = [
  [[1, 2, 6, 4], {}],
  [[1, 2, 5, 7], { mode: 'linear' }],
  [[1, 2, 2, 2], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }],
  [[1, 2, 5, 5], { mode: 'cubic', exclude_outside: 1 }],
]

const spread = (x: Value): Value => b.mul(x, 4)

export const cases: { readonly [Op in OpType]?: readonly Case[] } = {
  Add: binary(b.add),
  Sub: binary(b.sub),
  Mul: binary(b.mul),
  Div: binary(b.div, n, p),
  Pow: [
    ...binary(b.pow, p, n),
    ...[2, 1, 0, 0.5, -1, 3].map((exponent) => on([p(2, 3)], (x) => b.pow(x, exponent))),
    on([n(2, 3)], (x) => b.pow(x, 3)),
  ],
  Min: binary(b.min),
  Max: binary(b.max),
  Mod: [...binary((x, y) => b.mod(spread(x), y, 0), n, p), ...binary((x, y) => b.mod(spread(x), y, 1), n, p)],
  Where: [
    on([n(2, 3), n(2, 3)], (x, y) => b.where(condition([2, 3], 1, 0, 0, 1, 1, 0), x, y)),
    on([n(2, 1), n(4, 1, 3)], (x, y) => b.where(condition([3], 1, 0, 1), x, y)),
    on([n(2, 2)], (x) => b.where(b.greater(x, 0), x, b.mul(x, x))),
  ],
  Neg: unary(b.neg),
  Abs: unary(b.abs),
  Exp: unary(b.exp),
  Log: unary(b.log, p),
  Sqrt: unary(b.sqrt, p),
  Reciprocal: unary(b.reciprocal, p),
  Sin: unary(b.sin),
  Cos: unary(b.cos),
  Identity: unary(b.identity),
  After: [on([n(2, 3), n(4)], (x, other) => b.after(x, [other]))],
  Cast: unary((x) => apply('Cast', [b.mul(x, x)], { to: x.dtype })),
  Relu: unary(b.relu),
  ReluGradient: [on([n(2, 3), n(2, 3)], b.reluGradient)],
  LeakyRelu: unary((x) => b.leakyRelu(x, 0.2)),
  PRelu: [on([n(2, 3), n(2, 3)], b.pRelu), on([n(2, 3, 4), n(3, 1)], b.pRelu), on([n(2, 3), n()], b.pRelu)],
  Elu: unary((x) => b.elu(x, 1.3)),
  Clip: [...unary((x) => b.clip(x, -0.5, 0.7)), ...unary((x) => b.clip(x, 0, 1)), ...unary((x) => b.clip(x, 0.1))].concat(
    unary((x) => b.clip(x, undefined, 0.1)),
    unary((x) => b.clip(x)),
  ),
  Sigmoid: unary(b.sigmoid),
  HardSigmoid: unary((x) => b.hardSigmoid(x, 0.6, 0.4)),
  HardSwish: unary((x) => b.hardSwish(spread(x))),
  Tanh: unary(b.tanh),
  Softplus: unary((x) => b.softplus(spread(x))),
  Erf: unary(b.erf),
  Gelu: [...unary((x) => b.gelu(x)), ...unary((x) => b.gelu(x, 'tanh'))],
  MatMul: [
    [[2, 3], [3, 4]],
    [[5, 2, 3], [3, 4]],
    [[5, 2, 3], [5, 3, 4]],
    [[2, 1, 2, 3], [4, 3, 2]],
    [[2, 3], [4, 3, 2]],
    [[3], [3, 2]],
    [[2, 3], [3]],
    [[3], [3]],
    [[3], [2, 3, 4]],
    [[2, 2, 3], [3]],
  ].map(([x = [], y = []]) => on([n(...x), n(...y)], b.matMul)), // prettier-ignore
  Gemm: ([0, 1] as const).flatMap((transA) =>
    ([0, 1] as const).flatMap((transB) => {
      const [x, w] = [transA ? n(3, 2) : n(2, 3), transB ? n(4, 3) : n(3, 4)]
      return [
        on([x, w], (x, w) => b.gemm(x, w, null, { alpha: 0.7, transA, transB })),
        on([x, w, n(4)], (x, w, c) => b.gemm(x, w, c, { beta: 1.6, transA, transB })),
        on([x, w, n(2, 1)], (x, w, c) => b.gemm(x, w, c, { transA, transB })),
      ]
    }),
  ),
  Conv: convolutions.flatMap(({ x, w, attributes }) => [
    on([n(...x), n(...w)], (x, w) => b.conv(x, w, null, attributes)),
    on([n(...x), n(...w), n(w[0] ?? 1)], (x, w, c) => b.conv(x, w, c, attributes)),
  ]),
  ConvInputGradient: convolutions.map(({ x, w, y, attributes }) =>
    on([n(...y), n(...w)], (dy, w) => b.convInputGradient(dy, w, x, attributes)),
  ),
  ConvFilterGradient: convolutions.map(({ x, w, y, attributes }) =>
    on([n(...x), n(...y)], (x, dy) => b.convFilterGradient(x, dy, w, attributes)),
  ),
  MaxPool: [
    on([d(2, 2, 5, 4)], (x) => b.maxPool(x, window2), false),
    on([d(1, 1, 5, 5)], (x) => b.maxPool(x, { kernel_shape: [2, 2], dilations: [2, 2], strides: [2, 2], ceil_mode: 1 }), false),
    on([d(1, 2, 7)], (x) => b.maxPool(x, { kernel_shape: [3] }), false),
  ],
  AveragePool: averages.map((attributes) => on([n(2, 2, 5, 4)], (x) => b.averagePool(x, attributes))),
  AveragePoolGradient: averages.map((attributes) => {
    const y = b.averagePool(b.input('x', { dtype: 'float64', shape: [2, 2, 5, 4] }), attributes)
    return on([n(...y.shape)], (dy) => b.averagePoolGradient(dy, [2, 2, 5, 4], attributes))
  }),
  GlobalAveragePool: [on([n(2, 3, 4, 2)], b.globalAveragePool), on([n(2, 3, 4)], b.globalAveragePool)],
  GlobalMaxPool: [on([d(2, 3, 4, 2)], b.globalMaxPool, false)],
  BatchNormalization: [
    on([n(3, 2, 2, 2), n(2), n(2), n(2), p(2)], (x, s, c, m, v) => b.batchNormalization(x, s, c, m, v, 1e-3)),
    on([n(3, 2), n(2), n(2), n(2), p(2)], (x, s, c, m, v) => b.batchNormalization(x, s, c, m, v)),
  ],
  BatchNormalizationTraining: [
    on([n(3, 2, 2, 3), n(2), n(2)], (x, s, c) => b.batchNormalizationTraining(x, s, c, 1e-3).y, false),
    on([n(5, 2), n(2), n(2)], (x, s, c) => b.batchNormalizationTraining(x, s, c, 0.1).y, false),
  ],
  LayerNormalization: [
    on([n(2, 3, 4), n(4), n(4)], (x, s, c) => b.layerNormalization(x, s, c)),
    on([n(2, 3, 4), n(3, 4)], (x, s) => b.layerNormalization(x, s, null, 1, 0.1)),
    on([n(2, 3, 4), n(3, 1), n(1)], (x, s, c) => b.layerNormalization(x, s, c, -2)),
  ],
  Softmax: [on([n(2, 3)], (x) => b.softmax(x)), on([n(2, 3, 2)], (x) => b.softmax(x, 1))],
  LogSoftmax: [on([n(2, 3)], (x) => b.logSoftmax(x)), on([n(2, 3, 2)], (x) => b.logSoftmax(x, 1))],
  Reshape: [on([n(2, 3)], (x) => b.reshape(x, [3, 1, 2]))],
  Transpose: [on([n(2, 3, 4)], (x) => b.transpose(x, [1, 2, 0])), on([n(2, 3)], (x) => b.transpose(x))],
  Flatten: [on([n(2, 3, 2)], (x) => b.flatten(x, 2))],
  Squeeze: [on([n(2, 1, 3, 1)], (x) => b.squeeze(x, [1]))],
  Unsqueeze: [on([n(2, 3)], (x) => b.unsqueeze(x, [0, -1]))],
  Expand: [on([n(3, 1)], (x) => b.expand(x, [2, 3, 4])), on([n()], (x) => b.expand(x, [2, 2]))],
  Concat: [
    on([n(2, 1), n(2, 3), n(2, 2)], (x, y, z) => b.concat([x, y, z], 1)),
    on([n(2, 2)], (x) => b.concat([b.full(x.dtype, [1, 2], 3), x, b.full(x.dtype, [2, 2], 1)], 0)),
    on([n(2, 2)], (x) => b.concat([x, x], 0)),
  ],
  Split: [
    on([n(2, 6)], (x) => b.split(x, [1, 3, 2], 1)),
    on([n(2, 6)], (x) => b.split(x, [1, 3, 2], 1).filter((_, i) => i === 1)),
    on([n(2, 6)], (x) => b.split(x, [1, 3, 2], 1).filter((_, i) => i !== 1)),
  ],
  Slice: [
    on([n(4, 5)], (x) => b.slice(x, [1, 0], [3, 4])),
    on([n(4, 5)], (x) => b.slice(x, [-1], [-100], [0], [-2])),
    on([n(4, 5)], (x) => b.slice(x, [3, 0], [0, 5], [0, 1], [-1, 2])),
  ],
  SliceGradient: [
    on([n(2, 3)], (x) => b.sliceGradient(x, [4, 5], { starts: [1, 0], ends: [3, 5], axes: [0, 1], steps: [1, 2] })),
    on([n(2, 3)], (x) => b.sliceGradient(x, [4, 3], { starts: [3], ends: [-5], axes: [0], steps: [-2] })),
  ],
  Pad: [
    on([n(2, 3)], (x) => b.pad(x, [1, 0, 2, 3], 'constant', 7)),
    on([n(4, 3)], (x) => b.pad(x, [-1, 2, -2, 0])),
    on([n(4, 3)], (x) => b.pad(x, [2, 0, 3, 2], 'reflect')),
    on([n(4, 3)], (x) => b.pad(x, [2, 4, 0, 2], 'edge')),
    on([n(4, 3)], (x) => b.pad(x, [2, 3, 1, 0], 'wrap')),
  ],
  Tile: [on([n(2, 3)], (x) => b.tile(x, [3, 2])), on([n(2, 1)], (x) => b.tile(x, [1, 4]))],
  Gather: [
    on([n(3, 2)], (x) => b.gather(x, indices([4], 2, 0, 2, -1))),
    on([n(2, 3, 2)], (x) => b.gather(x, indices([2, 2], 1, 1, 0, 2), 1)),
    on([n(3, 2)], (x) => b.gather(x, indices([], 1))),
  ],
  GatherGradient: [on([n(2, 2, 3)], (dy) => b.gatherGradient(dy, indices([2, 2], 1, 1, 0, -1), [4, 3]))],
  GatherElements: [
    on([n(3, 4)], (x) => b.gatherElements(x, indices([3, 2], 0, 3, 1, 1, -1, 2), 1)),
    on([n(3, 2)], (x) => b.gatherElements(x, indices([2, 1], 2, 0))),
  ],
  GatherElementsGradient: [on([n(3, 2)], (dy) => b.gatherElementsGradient(dy, indices([3, 2], 0, 3, 1, 1, -1, 2), [3, 4], 1))],
  ScatterElements: [
    on([n(3, 4), n(3, 2)], (x, u) => b.scatterElements(x, indices([3, 2], 0, 3, 1, 2, -1, 0), u, 1)),
    on([n(3, 4), n(3, 2)], (x, u) => b.scatterElements(x, indices([3, 2], 0, 3, 1, 1, -1, 0), u, 1, 'add')),
  ],
  Resize: resizes.map(([sizes, attributes]) => on([n(1, 2, 3, 3)], (x) => b.resize(x, sizes, attributes))),
  ResizeGradient: resizes.map(([sizes, attributes]) => {
    const scales = sizes.map((extent, axis) => extent / ([1, 2, 3, 3][axis] ?? 1))
    return on([n(...sizes)], (dy) => b.resizeGradient(dy, [1, 2, 3, 3], { ...b.resizeDefaults, sizes, scales, ...attributes }))
  }),
  ReduceSum: reductions(b.reduceSum),
  ReduceMean: reductions(b.reduceMean),
  ReduceMax: reductions(b.reduceMax),
  ReduceMin: reductions(b.reduceMin),
  TopK: [
    on([d(2, 5)], (x) => b.topK(x, 3).values),
    on([d(4, 2)], (x) => b.topK(x, 2, 0, 0).values),
    on([d(2, 5)], (x) => b.mul(b.topK(x, 2).values, b.cast(b.topK(x, 2).indices, x.dtype))),
  ],
}

function reductions(reduce: typeof b.reduceSum): Case[] {
  return [
    on([d(2, 3, 4)], (x) => reduce(x, [1])),
    on([d(2, 3, 4)], (x) => reduce(x, [0, 2], 1)),
    on([d(2, 3, 4)], (x) => reduce(x)),
    on([d(2, 1)], (x) => reduce(x, [1])),
  ]
}

/** Graphs whose gradient is refused: the operator that is named, and a scalar of it. */
export const refusals: { readonly [Op in OpType]?: (x: Value, vector: Value) => Value } = {
  MaxPoolGradient: (x) => {
    const y = b.maxPool(x, { kernel_shape: [2, 2] })
    return b.reduceSum(b.maxPoolGradient(x, y, b.mul(y, y), { kernel_shape: [2, 2] }))
  },
  BatchNormalizationGradient: (x, vector) => b.reduceSum(b.batchNormalizationGradient(x, x, vector, vector, vector).dx),
}
