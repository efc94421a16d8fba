// UDA: the prediction of a strong view of an unlabelled image is drawn to that of a weak one, where the model is sure of the weak one.
// Xie, Dai, Hovy, Luong, Le: Unsupervised Data Augmentation for Consistency Training, NeurIPS 2020, equation 1 and section 2.4.
// As in TLlib, the temperature is on the strong view's logits, and the mean is over the images that are kept.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { confidence, divergences, meanOfKept, pseudoLabels, surer } from '../nn/losses.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

export const uda = defineMethod(
  {
    id: 'uda',
    title: 'UDA',
    citation: 'Xie, Dai, Hovy, Luong, Le: Unsupervised Data Augmentation for Consistency Training, NeurIPS 2020',
    settings: z.strictObject({
      threshold: shared.threshold(0.7),
      strongTemperature: z.number().min(0.01).max(10).default(0.85).describe("divides the strong view's logits"),
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ threshold, strongTemperature, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    variables: () => ({}),
    step: (context) => {
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const sure = confidence(weak)
      const consistency = meanOfKept(divergences(strong, weak, { student: strongTemperature, teacher: 1 }), surer(sure, threshold))
      return {
        losses: { labelledCe, consistency: g.mul(consistency, unlabelledWeight) },
        pseudoLabels: pseudoLabels(weak),
        confidence: sure,
      }
    },
  }),
)
