// Gradients of normalisation layers and softmax.
import { add, batchNormalizationGradient, exp, mul, neg, reciprocal, reduceMean, reduceSum, sqrt, sub } from '../../graph/build.ts'
import type { normalisation as family } from '../../graph/ops/normalisation.ts'
import type { Value } from '../../graph/value.ts'
import { unsupported } from '../rule.ts'
import type { GradientRules, Site } from '../rule.ts'
import { perChannel, sumPerChannel, unbroadcast } from './broadcast.ts'

/** Y = (X - mean) * r * scale + B with r = 1 / sqrt(var + epsilon): linear in all but var. */
function inference({ x: [x, scale, , mean, variance], dy, attributes: { epsilon } }: Site<'BatchNormalization'>): Value[] {
  const r = reciprocal(sqrt(add(variance, epsilon)))
  const slope = mul(scale, r)
  const db = sumPerChannel(dy)
  const dslope = sumPerChannel(mul(dy, sub(x, perChannel(mean, x))))
  const dr = mul(dslope, scale)
  return [mul(dy, perChannel(slope, x)), mul(dslope, r), db, neg(mul(db, slope)), mul(mul(dr, -0.5), mul(r, mul(r, r)))]
}

/** The batch statistics come out for the running averages only. */
function training({ x: [x, scale], outputs: [, mean, variance], dy, dys, attributes }: Site<'BatchNormalizationTraining'>): Value[] {
  if (dys[1] || dys[2] || !mean || !variance)
    throw new Error('BatchNormalizationTraining: its batch mean and variance cannot be differentiated; put a StopGradient behind them')
  const { dx, dscale, db } = batchNormalizationGradient(dy, x, scale, mean, variance, attributes.epsilon)
  return [dx, dscale, db]
}

/** With x^ the normalised X and g = dY * scale: dX = r * (g - mean(g) - x^ * mean(g * x^)). The statistics are computed again. */
function layer({ x: [x, scale], inputs: [, , b], dy, attributes: { axis, epsilon } }: Site<'LayerNormalization'>): (Value | null)[] {
  const mean = (value: Value): Value => reduceMean(value, x.shape.flatMap((_, i) => (i < axis ? [] : [i])), 1) // prettier-ignore
  const centred = sub(x, mean(x))
  const r = reciprocal(sqrt(add(mean(mul(centred, centred)), epsilon)))
  const normalised = mul(centred, r)
  const g = mul(dy, scale)
  const dx = mul(sub(sub(g, mean(g)), mul(normalised, mean(mul(g, normalised)))), r)
  return [dx, unbroadcast(mul(dy, normalised), scale.shape), b ? unbroadcast(dy, b.shape) : null]
}

export const normalisation: GradientRules<keyof typeof family> = {
  BatchNormalization: inference,
  BatchNormalizationTraining: training,
  BatchNormalizationGradient: unsupported('BatchNormalizationGradient'),
  LayerNormalization: layer,
  Softmax: ({ y, dy, attributes: { axis } }) => {
    const weighted = mul(dy, y)
    return [sub(weighted, mul(y, reduceSum(weighted, [axis], 1)))]
  },
  LogSoftmax: ({ y, dy, attributes: { axis } }) => [sub(dy, mul(exp(y), reduceSum(dy, [axis], 1)))],
}
