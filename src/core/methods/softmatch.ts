// SoftMatch: FixMatch in which each pseudo-label counts by how sure the model is of it, beside how sure it is of others.
// Chen, Tao, Fan, Wang, Wang, Schiele, Xie, Raj, Savvides: SoftMatch, ICLR 2023, sections 3.1 (truncated Gaussian) and 3.2 (uniform alignment);
// details as in the authors' code (microsoft/Semi-supervised-learning).
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { average } from '../nn/ema.ts'
import { crossEntropies, normalised, pseudoLabels, weightedMean } from '../nn/losses.ts'
import { filled, scalar } from '../tensor/tensor.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

/** Averages over steps: mean and variance of the confidence, and the mean prediction. */
const state = { mean: 'softmatch/mean', variance: 'softmatch/variance', prediction: 'softmatch/prediction' } as const

export const softMatch = defineMethod(
  {
    id: 'softmatch',
    title: 'SoftMatch',
    citation: 'Chen et al.: SoftMatch: Addressing the Quantity-Quality Trade-off in Semi-supervised Learning, ICLR 2023',
    settings: z.strictObject({
      statisticsMomentum: shared.statisticsMomentum,
      deviations: z
        .number()
        .min(0.1)
        .max(10)
        .default(2)
        .describe('the larger, the faster a pseudo-label loses weight below the mean confidence'),
      uniformAlignment: z.boolean().default(true).describe('weigh as if all classes were predicted equally often'),
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ statisticsMomentum, deviations, uniformAlignment, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    carried: Object.values(state),
    variables: ({ shape: { classes } }) => ({
      [state.mean]: scalar('float32', 1 / classes),
      [state.variance]: scalar('float32', 1),
      ...(uniformAlignment && { [state.prediction]: filled([classes], 1 / classes) }),
    }),
    step: (context) => {
      const averaged = (name: string, now: Value): Value => average(context.pass.builder, name, now, statisticsMomentum)
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const p = g.stopGradient(g.softmax(weak, 1))
      const aligned = uniformAlignment ? normalised(g.div(p, g.add(averaged(state.prediction, g.reduceMean(p, [0])), 1e-6))) : p
      const sure = g.reduceMax(aligned, [1])
      const mean = averaged(state.mean, g.reduceMean(sure))
      const variance = averaged(state.variance, varianceOf(sure))
      // Only the weight is of the aligned prediction; the pseudo-label is the model's own.
      const pseudo = pseudoLabels(weak)
      const below = g.div(g.mul(g.min(g.sub(sure, mean), 0), deviations), g.sqrt(variance))
      const weights = g.exp(g.mul(g.mul(below, below), -0.5))
      const unlabelledCe = weightedMean(crossEntropies(strong, pseudo), weights)
      return {
        losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight) },
        pseudoLabels: pseudo,
        confidence: g.reduceMax(p, [1]),
      }
    },
  }),
)

/** Unbiased: [N] -> scalar. */
function varianceOf(x: Value): Value {
  const difference = g.sub(x, g.reduceMean(x))
  return g.div(g.reduceSum(g.mul(difference, difference)), Math.max(1, (x.shape[0] as number) - 1))
}
