// Own cases of matrix products, normalisation and softmax.
import * as g from '../../../src/core/graph/build.ts'
import type { GradientCase, OperatorCase } from './case.ts'

/** Normalisation divides by deviations: their errors are those of sums over the batch. */
const normalised = { relative: 1e-4, absolute: 1e-5 }

export const layers: readonly OperatorCase[] = [
  { name: 'MatMul', build: (draw) => g.matMul(draw.normal(5, 7), draw.normal(7, 3)) },
  { name: 'MatMul, batches broadcast', build: (draw) => g.matMul(draw.normal(2, 1, 5, 7), draw.normal(3, 7, 3)) },
  { name: 'MatMul, vector on the left', build: (draw) => g.matMul(draw.normal(7), draw.normal(2, 7, 3)) },
  { name: 'MatMul, vector on the right', build: (draw) => g.matMul(draw.normal(2, 5, 7), draw.normal(7)) },
  { name: 'MatMul, two vectors', build: (draw) => g.matMul(draw.normal(7), draw.normal(7)) },
  { name: 'Gemm', build: (draw) => g.gemm(draw.normal(5, 7), draw.normal(7, 3), draw.normal(3)) },
  { name: 'Gemm, both transposed, scaled', build: (draw) => g.gemm(draw.normal(7, 5), draw.normal(3, 7), draw.normal(5, 1), { alpha: 0.5, beta: 2, transA: 1, transB: 1 }) }, // prettier-ignore
  { name: 'Gemm without C', build: (draw) => g.gemm(draw.normal(5, 7), draw.normal(3, 7), null, { transB: 1 }) },
  {
    name: 'BatchNormalization',
    build: (draw) => g.batchNormalization(draw.normal(2, 3, 4, 5), draw.normal(3), draw.normal(3), draw.normal(3), draw.uniform(0.1, 2, 3)),
  },
  {
    name: 'BatchNormalization of a matrix',
    build: (draw) => g.batchNormalization(draw.normal(6, 3), draw.normal(3), draw.normal(3), draw.normal(3), draw.uniform(0.1, 2, 3), 0.01),
  },
  {
    name: 'BatchNormalizationTraining',
    build: (draw) => Object.values(g.batchNormalizationTraining(draw.normal(4, 3, 5, 5), draw.normal(3), draw.normal(3))),
    tolerance: normalised,
  },
  {
    name: 'BatchNormalizationTraining, far from zero',
    build: (draw) => Object.values(g.batchNormalizationTraining(draw.uniform(99, 101, 8, 3, 4, 4), draw.normal(3), draw.normal(3))),
    tolerance: { relative: 1e-3, absolute: 1e-3 },
  },
  {
    name: 'BatchNormalizationTraining of a matrix',
    build: (draw) => Object.values(g.batchNormalizationTraining(draw.normal(9, 4), draw.normal(4), draw.normal(4))),
    tolerance: normalised,
  },
  {
    name: 'LayerNormalization',
    build: (draw) => g.layerNormalization(draw.normal(2, 5, 8), draw.normal(8), draw.normal(8)),
    tolerance: normalised,
  },
  { name: 'LayerNormalization over two axes, no bias', build: (draw) => g.layerNormalization(draw.normal(2, 5, 8), draw.normal(5, 8), null, 1, 1e-6), tolerance: normalised }, // prettier-ignore
  ...[0, 1, 2].flatMap((axis): OperatorCase[] => [
    { name: `Softmax axis ${axis}`, build: (draw) => g.softmax(g.mul(draw.normal(3, 4, 5), 20), axis) },
    { name: `LogSoftmax axis ${axis}`, build: (draw) => g.logSoftmax(g.mul(draw.normal(3, 4, 5), 20), axis) },
  ]),
]

function batchNormalization(wrt: 'x' | 'scale' | 'b', ...shape: number[]): GradientCase {
  const channels = shape[1] ?? 1
  return {
    name: `BatchNormalizationGradient of ${wrt}, [${shape.join(', ')}]`,
    tolerance: normalised,
    build: (draw) => {
      const [x, scale, b] = [draw.normal(...shape), draw.normal(channels), draw.normal(channels)]
      const { y, mean, variance } = g.batchNormalizationTraining(x, scale, b)
      const gradients = (dy: typeof y) => g.batchNormalizationGradient(dy, x, scale, mean, variance)
      const name = ({ x: 'dx', scale: 'dscale', b: 'db' } as const)[wrt]
      return { x: { x, scale, b }[wrt], y, gradient: (dy) => gradients(dy)[name] }
    },
  }
}

export const layerGradients: readonly GradientCase[] = (['x', 'scale', 'b'] as const).flatMap((wrt) => [
  batchNormalization(wrt, 3, 4, 3, 2),
  batchNormalization(wrt, 7, 3),
])
