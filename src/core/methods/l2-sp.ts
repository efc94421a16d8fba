// L2-SP: fine-tuning in which the backbone's weights decay to the pre-trained ones, those of the new layers to zero.
// Li, Grandvalet, Davoine: Explicit Inductive Bias for Transfer Learning with Convolutional Networks, ICML 2018, equation 2.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import { crossEntropy } from '../nn/losses.ts'
import { headPenalty, startPenalty } from '../nn/regularisation.ts'
import { headDecay, view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'

export const l2Sp = defineMethod(
  {
    id: 'l2-sp',
    title: 'L2-SP',
    citation: 'Li, Grandvalet, Davoine: Explicit Inductive Bias for Transfer Learning with Convolutional Networks, ICML 2018',
    settings: z.strictObject({
      view,
      startDecay: z
        .number()
        .min(0)
        .max(10)
        .default(0.1)
        .describe('alpha, decay to the pre-trained weights; nothing where only the head is trained'),
      headDecay,
    }),
  },
  (s) => ({
    views: { labelled: [s.view], unlabelled: [] },
    projector: null,
    variables: () => ({}),
    step: ({ pass, model, labelled }) => {
      const logits = model.classify(pass, 'query', model.encode(pass, 'query', labelled.views[0]!))
      const start = startPenalty(pass, model)
      return {
        losses: {
          labelledCe: crossEntropy(logits, labelled.labels),
          ...(start && { startWeights: g.mul(start, s.startDecay) }),
          headWeights: g.mul(headPenalty(pass, model), s.headDecay),
        },
      }
    },
  }),
)
