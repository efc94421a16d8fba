// Pseudo-Labeling: the model learns its own predictions of unlabelled images, where it is sure of them.
// Lee: Pseudo-Label, ICML workshop 2013, equations 14 and 15; with a threshold in the place of the rising weight, as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import { confidence, crossEntropies, pseudoLabels, surer, weightedMean } from '../nn/losses.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

export const pseudoLabeling = defineMethod(
  {
    id: 'pseudo-labeling',
    title: 'Pseudo-Labeling',
    citation: 'Lee: Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks, ICML workshop 2013',
    settings: z.strictObject({
      threshold: shared.threshold(),
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ threshold, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak'] },
    projector: null,
    variables: () => ({}),
    step: (context) => {
      const { labelledCe, unlabelled } = forward(context)
      const logits = unlabelled[0]!
      const pseudo = pseudoLabels(logits)
      const sure = confidence(logits)
      const unlabelledCe = weightedMean(crossEntropies(logits, pseudo), surer(sure, threshold))
      return { losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight) }, pseudoLabels: pseudo, confidence: sure }
    },
  }),
)
