// Layers as functions from values to values; their parameters are variables of the program being built.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'

/** Fully connected layer: x [N, F], weight [G, F] (PyTorch's layout), bias [G] -> [N, G]. */
export function linear(x: Value, weight: Value, bias: Value): Value {
  return g.gemm(x, weight, bias, { transB: 1 })
}

/** Rows scaled to unit length: x [N, D] -> [N, D]. The norm is at least 1e-12, as in torch.nn.functional.normalize. */
export function l2Normalise(x: Value): Value {
  const norm = g.sqrt(g.reduceSum(g.mul(x, x), [1], 1))
  return g.div(x, g.max(norm, 1e-12))
}

/** Batch statistics and the running statistics after this batch. */
export interface BatchStatistics {
  y: Value
  runningMean: Value
  runningVariance: Value
}

/** BatchNormalization in training: x [N, C, ...], normalised by the batch's own mean and biased variance;
 * the running variance takes the unbiased one, as PyTorch does. */
export function batchNormTraining(
  x: Value,
  scale: Value,
  bias: Value,
  running: { mean: Value; variance: Value },
  options: { epsilon: number; momentum: number },
): BatchStatistics {
  const { y, mean, variance } = g.batchNormalizationTraining(x, scale, bias, options.epsilon)
  const samples = sizeOf(x.shape) / sizeOf(mean.shape)
  const unbiased = g.mul(variance, samples / Math.max(1, samples - 1))
  return {
    y,
    runningMean: blend(running.mean, mean, options.momentum),
    runningVariance: blend(running.variance, unbiased, options.momentum),
  }
}

/** (1 - share) * before + share * now. */
export function blend(before: Value, now: Value, share: number): Value {
  return g.add(g.mul(before, 1 - share), g.mul(g.stopGradient(now), share))
}
