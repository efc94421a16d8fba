// DebiasMatch: FixMatch whose pseudo-labels, and margins in learning them, are freed from the classes that the model prefers.
// Wang, Wu, Lian, Yu: Debiased Learning from Naturally Imbalanced Pseudo-Labels, CVPR 2022, sections 4.1 (adaptive debiasing) and 4.2 (adaptive
// marginal loss); as in TLlib, but for the mean prediction, which TLlib begins anew at each epoch.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { average } from '../nn/ema.ts'
import { confidence, crossEntropies, pseudoLabels, surer, weightedMean } from '../nn/losses.ts'
import { filled } from '../tensor/tensor.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

/** Mean prediction of the unlabelled images, averaged over steps. */
const prediction = 'debiasmatch/prediction'

export const debiasMatch = defineMethod(
  {
    id: 'debiasmatch',
    title: 'DebiasMatch',
    citation: 'Wang, Wu, Lian, Yu: Debiased Learning from Naturally Imbalanced Pseudo-Labels, CVPR 2022',
    settings: z.strictObject({
      threshold: shared.threshold(),
      debiasing: z.number().min(0).max(10).default(1).describe('tau, times the logarithm of the mean prediction'),
      statisticsMomentum: shared.statisticsMomentum,
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ threshold, debiasing, statisticsMomentum, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    carried: [prediction],
    variables: ({ shape: { classes } }) => ({ [prediction]: filled([classes], 1 / classes) }),
    step: (context) => {
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const mean = average(context.pass.builder, prediction, g.reduceMean(g.softmax(weak, 1), [0]), statisticsMomentum)
      const bias = g.mul(g.log(mean), debiasing)
      const debiased = g.sub(weak, bias)
      const pseudo = pseudoLabels(debiased)
      const sure = confidence(debiased)
      const unlabelledCe = weightedMean(crossEntropies(g.add(strong, bias), pseudo), surer(sure, threshold))
      return { losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight) }, pseudoLabels: pseudo, confidence: sure }
    },
  }),
)
