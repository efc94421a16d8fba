// Own cases of convolution and pooling.
import * as g from '../../../src/core/graph/build.ts'
import type { ConvAttributes } from '../../../src/core/graph/ops/convolution.ts'
import type { AveragePoolAttributes } from '../../../src/core/graph/ops/pooling.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { Draw, GradientCase, OperatorCase } from './case.ts'

interface Convolution {
  readonly name: string
  readonly x: readonly number[]
  readonly w: readonly number[]
  readonly attributes?: Partial<ConvAttributes>
}

const convolutions: readonly Convolution[] = [
  { name: '3x3, same', x: [2, 3, 8, 8], w: [4, 3, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { name: '3x3, no padding, odd map', x: [1, 2, 7, 5], w: [3, 2, 3, 3] },
  { name: '3x3, stride 2', x: [2, 3, 8, 8], w: [4, 3, 3, 3], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
  { name: '3x3, stride 2, odd map', x: [2, 3, 9, 7], w: [4, 3, 3, 3], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
  { name: '3x3, stride 2, TensorFlow padding', x: [1, 3, 8, 8], w: [2, 3, 3, 3], attributes: { strides: [2, 2], pads: [0, 0, 1, 1] } },
  { name: '7x7 stem, stride 2', x: [1, 3, 16, 16], w: [4, 3, 7, 7], attributes: { strides: [2, 2], pads: [3, 3, 3, 3] } },
  { name: '1x1', x: [2, 5, 6, 6], w: [7, 5, 1, 1] },
  { name: '1x1, stride 2, odd map', x: [2, 5, 7, 7], w: [6, 5, 1, 1], attributes: { strides: [2, 2] } },
  { name: '1x1, one position', x: [3, 5, 1, 1], w: [4, 5, 1, 1] },
  { name: '2x2 output', x: [4, 8, 2, 2], w: [8, 8, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  { name: 'grouped', x: [2, 6, 7, 7], w: [4, 3, 3, 3], attributes: { group: 2, pads: [1, 1, 1, 1] } },
  { name: 'grouped, stride 2', x: [2, 6, 7, 7], w: [9, 2, 3, 3], attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] } },
  { name: 'depthwise', x: [2, 5, 8, 8], w: [5, 1, 3, 3], attributes: { group: 5, pads: [1, 1, 1, 1] } },
  { name: 'depthwise 5x5, stride 2', x: [1, 4, 9, 9], w: [4, 1, 5, 5], attributes: { group: 4, strides: [2, 2], pads: [2, 2, 2, 2] } },
  { name: 'depthwise, two filters a channel', x: [1, 3, 6, 6], w: [6, 1, 3, 3], attributes: { group: 3, pads: [1, 1, 1, 1] } },
  {
    name: 'depthwise, asymmetric padding, stride 2',
    x: [1, 4, 8, 8],
    w: [4, 1, 3, 3],
    attributes: { group: 4, strides: [2, 2], pads: [0, 0, 1, 1] },
  },
  { name: 'dilated', x: [1, 2, 9, 9], w: [3, 2, 3, 3], attributes: { dilations: [2, 2], pads: [2, 2, 2, 2] } },
  { name: 'dilated, strided', x: [1, 2, 11, 10], w: [3, 2, 3, 2], attributes: { dilations: [2, 3], strides: [2, 3], pads: [1, 0, 2, 3] } },
  { name: 'asymmetric everything', x: [2, 3, 9, 6], w: [4, 3, 2, 3], attributes: { strides: [3, 1], pads: [2, 0, 1, 2] } },
  { name: 'stride above kernel', x: [1, 2, 9, 9], w: [2, 2, 2, 2], attributes: { strides: [3, 3] } },
  { name: 'kernel as large as the map', x: [2, 3, 4, 5], w: [6, 3, 4, 5] },
  { name: '1-D', x: [2, 3, 11], w: [4, 3, 3], attributes: { strides: [2], pads: [1, 0] } },
  { name: '3-D', x: [1, 2, 4, 5, 3], w: [3, 2, 2, 3, 2], attributes: { pads: [1, 1, 0, 0, 1, 1] } },
]

/** Sums of some hundred products. */
const sums = { relative: 1e-4, absolute: 1e-5 }

const pools: readonly (readonly [
  name: string,
  x: readonly number[],
  attributes: Pick<AveragePoolAttributes, 'kernel_shape'> & Partial<AveragePoolAttributes>,
])[] = [
  ['2x2, stride 2', [2, 3, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }],
  ['3x3, stride 2, padded', [2, 3, 8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['3x3, stride 2, ceil_mode', [1, 2, 8, 7], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  ['3x3, stride 2, ceil_mode, padded', [1, 2, 8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }],
  [
    '3x3, stride 3, ceil_mode, last window would start in the padding',
    [1, 2, 2, 4],
    { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
  ],
  ['asymmetric', [2, 2, 7, 6], { kernel_shape: [2, 3], strides: [2, 1], pads: [0, 1, 1, 2] }],
  ['with taps that see the padding alone', [1, 2, 2, 2], { kernel_shape: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2] }],
  ['1-D', [2, 3, 9], { kernel_shape: [3], strides: [2], pads: [1, 1] }],
  ['3-D', [1, 2, 5, 4, 6], { kernel_shape: [2, 2, 3], strides: [2, 1, 2] }],
]

const averages = [0, 1].flatMap((count) => pools.map(([name, x, attributes]) => [`${name}, count_include_pad ${count}`, x, { ...attributes, count_include_pad: count as 0 | 1 }] as const)) // prettier-ignore

export const windows: readonly OperatorCase[] = [
  ...convolutions.map(({ name, x, w, attributes }): OperatorCase => ({
    name: `Conv with bias ${name}`,
    tolerance: sums,
    build: (draw) => g.conv(draw.normal(...x), draw.normal(...w), draw.normal(w[0] ?? 1), attributes),
  })),
  ...pools.map(([name, x, attributes]): OperatorCase => {
    return { name: `MaxPool ${name}`, build: (draw) => g.maxPool(draw.normal(...x), attributes) }
  }),
  { name: 'MaxPool dilated', build: (draw) => g.maxPool(draw.normal(1, 2, 8, 8), { kernel_shape: [3, 3], dilations: [2, 2] }) },
  {
    name: 'MaxPoolGradient, first of equal maxima',
    build: (draw: Draw): Value => {
      const x = draw.tied(2, 3, 9, 9)
      const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }
      const y = g.maxPool(x, attributes)
      return g.maxPoolGradient(x, y, draw.normal(...y.shape), attributes)
    },
  },
  { name: 'GlobalAveragePool', build: (draw) => g.globalAveragePool(draw.normal(2, 3, 4, 5)) },
  { name: 'GlobalAveragePool 1-D', build: (draw) => g.globalAveragePool(draw.normal(2, 3, 7)) },
  { name: 'GlobalMaxPool', build: (draw) => g.globalMaxPool(draw.normal(2, 3, 4, 5)) },
]

export const windowGradients: readonly GradientCase[] = [
  ...convolutions.flatMap(({ name, x: xShape, w: wShape, attributes }): GradientCase[] => [
    {
      name: `ConvInputGradient ${name}`,
      tolerance: sums,
      build: (draw) => {
        const [x, w] = [draw.normal(...xShape), draw.normal(...wShape)]
        return { x, y: g.conv(x, w, null, attributes), gradient: (dy) => g.convInputGradient(dy, w, xShape, attributes) }
      },
    },
    {
      name: `ConvFilterGradient ${name}`,
      tolerance: sums,
      build: (draw) => {
        const [x, w] = [draw.normal(...xShape), draw.normal(...wShape)]
        return { x: w, y: g.conv(x, w, null, attributes), gradient: (dy) => g.convFilterGradient(x, dy, wShape, attributes) }
      },
    },
  ]),
  ...pools.map(([name, shape, attributes]): GradientCase => {
    return {
      name: `MaxPoolGradient ${name}`,
      build: (draw) => {
        const x = draw.distinct(...shape)
        const y = g.maxPool(x, attributes)
        return { x, y, gradient: (dy) => g.maxPoolGradient(x, y, dy, attributes) }
      },
    }
  }),
  ...averages.map(([name, shape, attributes]): GradientCase => {
    return {
      name: `AveragePoolGradient ${name}`,
      build: (draw) => {
        const x = draw.normal(...shape)
        return { x, y: g.averagePool(x, attributes), gradient: (dy) => g.averagePoolGradient(dy, shape, attributes) }
      },
    }
  }),
]
