// Own cases of moving, indexing, resizing and reducing.
import { apply } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import type { SliceAttributes } from '../../../src/core/graph/ops/movement.ts'
import type { ResizeAttributes } from '../../../src/core/graph/ops/resize.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { Differentiable, Draw, GradientCase, OperatorCase } from './case.ts'

const slices: readonly (readonly [name: string, shape: readonly number[], slice: SliceAttributes])[] = [
  ['a box', [4, 5, 6], { starts: [1, 2], ends: [3, 6], axes: [0, 2], steps: [1, 1] }],
  ['backwards, every second', [7, 5], { starts: [-1], ends: [-100], axes: [0], steps: [-2] }],
  ['every third from 1', [3, 11], { starts: [1], ends: [100], axes: [1], steps: [3] }],
  ['nothing', [3, 4], { starts: [2], ends: [2], axes: [0], steps: [1] }],
]

const region = {
  mode: 'linear',
  coordinate_transformation_mode: 'tf_crop_and_resize',
  roi: [0, 0, -0.25, 0.1, 1, 1, 0.75, 1.3],
  extrapolation_value: 0.5,
} as const
const resizes: readonly (readonly [name: string, sizes: readonly number[], attributes: Partial<Omit<ResizeAttributes, 'sizes'>>])[] = [
  ['nearest, double', [1, 2, 10, 14], { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
  ['nearest, half_pixel', [1, 2, 3, 11], {}],
  ['linear, up', [1, 2, 9, 10], { mode: 'linear' }],
  ['linear, down', [1, 2, 3, 4], { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }],
  ['linear, align_corners', [1, 2, 8, 5], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }],
  ['linear, asymmetric', [1, 2, 8, 9], { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }],
  ['cubic, up', [1, 2, 9, 10], { mode: 'cubic' }],
  ['cubic, exclude_outside', [1, 2, 8, 6], { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: -0.5 }],
  ['linear, antialias', [1, 2, 2, 3], { mode: 'linear', antialias: 1 }],
  ['cubic, antialias', [1, 2, 3, 4], { mode: 'cubic', antialias: 1 }],
  ['linear, a region that reaches outside', [1, 2, 4, 6], region],
]

const reductions: readonly (readonly [string, (x: Value, axes?: readonly number[], keepdims?: 0 | 1) => Value])[] = [
  ['ReduceSum', g.reduceSum],
  ['ReduceMean', g.reduceMean],
  ['ReduceMax', g.reduceMax],
  ['ReduceMin', g.reduceMin],
]

export const movement: readonly OperatorCase[] = [
  { name: 'Reshape', build: (draw) => g.reshape(draw.normal(2, 3, 4), [6, -1]) },
  { name: 'Reshape to a scalar', build: (draw) => g.reshape(draw.normal(1, 1), []) },
  { name: 'Reshape of nothing', build: (draw) => g.reshape(draw.normal(0, 3), [3, 0]) },
  { name: 'Transpose', build: (draw) => g.transpose(draw.normal(2, 3, 4, 5), [2, 0, 3, 1]) },
  { name: 'Transpose bool', build: (draw) => g.transpose(draw.bool(2, 3)) },
  { name: 'Flatten', build: (draw) => [g.flatten(draw.normal(2, 3, 4)), g.flatten(draw.normal(2, 3), 0)] },
  { name: 'Squeeze', build: (draw) => g.squeeze(draw.normal(1, 3, 1, 2), [0, -2]) },
  { name: 'Unsqueeze', build: (draw) => g.unsqueeze(draw.normal(3, 2), [0, -1, 2]) },
  { name: 'Expand', build: (draw) => g.expand(draw.normal(3, 1), [2, 3, 4]) },
  { name: 'Concat', build: (draw) => g.concat([draw.normal(2, 3, 4), draw.normal(2, 1, 4), draw.normal(2, 0, 4)], -2) },
  { name: 'Concat int64', build: (draw) => g.concat([draw.integers('int64', 0, 9, 2), draw.integers('int64', 0, 9, 3)], 0) },
  { name: 'Split', build: (draw) => g.split(draw.normal(3, 7), [2, 1, 4], 1) },
  ...slices.map(([name, shape, s]): OperatorCase => {
    return { name: `Slice ${name}`, build: (draw) => g.slice(draw.normal(...shape), s.starts, s.ends, s.axes, s.steps) }
  }),
  ...(['constant', 'reflect', 'edge'] as const).map((mode): OperatorCase => {
    return { name: `Pad ${mode}`, build: (draw) => g.pad(draw.normal(2, 5, 4), [0, 1, 2, 0, 3, 1], mode, mode === 'constant' ? 1.5 : 0) }
  }),
  { name: 'Pad crops', build: (draw) => g.pad(draw.normal(5, 6), [-1, 2, 0, -3]) },
  { name: 'Tile', build: (draw) => g.tile(draw.normal(2, 3), [3, 2]) },

  { name: 'Gather', build: (draw) => g.gather(draw.normal(5, 4), draw.integers('int64', -5, 4, 2, 3), 0) },
  { name: 'Gather along the last axis, int32', build: (draw) => g.gather(draw.normal(2, 5), draw.integers('int32', 0, 4, 7), -1) },
  { name: 'Gather one', build: (draw) => g.gather(draw.normal(3, 4), draw.given('int64', [], [2]), 1) },
  { name: 'GatherElements', build: (draw) => g.gatherElements(draw.normal(4, 5), draw.integers('int64', -4, 3, 3, 5), 0) },
  {
    name: 'ScatterElements',
    build: (draw) => g.scatterElements(draw.normal(3, 5), draw.given('int64', [2, 2], [1, 4, -5, 2]), draw.normal(2, 2), 1),
  },
  {
    name: 'ScatterElements add, repeated indices',
    build: (draw) =>
      g.scatterElements(draw.normal(4, 3), draw.given('int64', [3, 3], [0, 1, 2, 0, 1, 3, 0, 0, 3]), draw.normal(3, 3), 0, 'add'),
  },
  { name: 'OneHot', build: (draw) => g.oneHot(draw.integers('int64', 0, 4, 6), 5) },
  { name: 'OneHot in front, int32, some out of range', build: (draw) => g.oneHot(draw.integers('int32', -2, 6, 2, 3), 4, 0) },

  ...resizes.map(([name, sizes, attributes]): OperatorCase => {
    return { name: `Resize ${name}`, build: (draw) => g.resize(draw.normal(1, 2, 5, 7), sizes, attributes) }
  }),

  ...reductions.flatMap(([name, reduce]): OperatorCase[] => [
    { name, build: (draw) => reduce(draw.normal(3, 4, 5)) },
    { name: `${name} inner axes`, build: (draw) => reduce(draw.normal(3, 4, 5), [1, -1], 1) },
    { name: `${name} outer axis`, build: (draw) => reduce(draw.normal(3, 4, 5), [0]) },
  ]),
  { name: 'ReduceSum int64', build: (draw) => g.reduceSum(draw.integers('int64', -5, 5, 3, 4), [0]) },
  { name: 'ReduceSum over nothing', build: (draw) => g.reduceSum(draw.normal(3, 0), [1]) },
  { name: 'ArgMax, first of equal ones', build: (draw) => g.argMax(draw.tied(4, 9), 1) },
  { name: 'ArgMax, middle axis', build: (draw) => g.argMax(draw.tied(3, 8, 2), 1, 0) },
  { name: 'TopK', build: (draw) => Object.values(g.topK(draw.distinct(4, 9), 3)) },
  { name: 'TopK, smallest, middle axis', build: (draw) => Object.values(g.topK(draw.distinct(2, 7, 3), 4, 1, 0)) },
  { name: 'TopK, lower positions of equal ones first', build: (draw) => Object.values(g.topK(draw.tied(5, 12), 6)) },
  { name: 'Constant', build: (draw) => g.add(draw.normal(2, 3), 0.5) },
]

export const movementGradients: readonly GradientCase[] = [
  ...slices.map(([name, shape, s]): GradientCase => {
    return {
      name: `SliceGradient ${name}`,
      build: (draw) => {
        const x = draw.normal(...shape)
        const y = g.slice(x, s.starts, s.ends, s.axes, s.steps)
        return { x, y, gradient: (dy) => g.sliceGradient(dy, shape, g.normaliseSlice(shape, s)) }
      },
    }
  }),
  ...resizes.map(([name, sizes, attributes]): GradientCase => {
    return {
      name: `ResizeGradient ${name}`,
      build: (draw) => {
        const x = draw.normal(1, 2, 5, 7)
        const scales = sizes.map((extent, axis) => extent / (x.shape[axis] ?? 1))
        const full = { ...g.resizeDefaults, scales, ...attributes, sizes }
        return { x, y: apply('Resize', [x], full), gradient: (dy) => g.resizeGradient(dy, x.shape, full) }
      },
    }
  }),
  ...[0, 1].map((axis): GradientCase => {
    return {
      name: `GatherGradient axis ${axis}, repeated indices`,
      build: (draw) => {
        const [x, at] = [draw.normal(4, 5), draw.integers('int64', -4, 3, 3, 4)]
        return { x, y: g.gather(x, at, axis), gradient: (dy) => g.gatherGradient(dy, at, x.shape, axis) }
      },
    }
  }),
  ...[0, 1].map((axis): GradientCase => {
    return {
      name: `GatherElementsGradient axis ${axis}, repeated indices`,
      build: (draw) => {
        const [x, at] = [draw.normal(4, 5), draw.integers('int64', -4, 3, 3, 5)]
        return { x, y: g.gatherElements(x, at, axis), gradient: (dy) => g.gatherElementsGradient(dy, at, x.shape, axis) }
      },
    }
  }),
  {
    name: 'ReluGradient away from zero',
    build: (draw: Draw): Differentiable => {
      const x = draw.distinct(4, 9)
      const y = g.relu(x)
      return { x, y, gradient: (dy) => g.reluGradient(dy, y) }
    },
  },
]
