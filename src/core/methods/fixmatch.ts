// FixMatch: what the model is sure of on a weak view of an unlabelled image, it learns to say of a strong view.
// Sohn, Berthelot, Li, Zhang, Carlini, Cubuk, Kurakin, Zhang, Raffel: FixMatch, NeurIPS 2020, equations 3 and 4; as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { confidence, crossEntropies, pseudoLabels, surer, weightedMean } from '../nn/losses.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

export const fixMatch = defineMethod(
  {
    id: 'fixmatch',
    title: 'FixMatch',
    citation: 'Sohn et al.: FixMatch: Simplifying Semi-Supervised Learning with Consistency and Confidence, NeurIPS 2020',
    settings: z.strictObject({
      threshold: shared.threshold(),
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ threshold, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    variables: () => ({}),
    step: (context) => {
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const pseudo = pseudoLabels(weak)
      const sure = confidence(weak)
      const unlabelledCe = weightedMean(crossEntropies(strong, pseudo), surer(sure, threshold))
      return { losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight) }, pseudoLabels: pseudo, confidence: sure }
    },
  }),
)
