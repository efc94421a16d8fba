// Fine-tuning: cross-entropy on the labelled data from the pre-trained backbone; the baseline of every comparison.
import { z } from 'zod'
import { crossEntropy } from '../nn/losses.ts'
import { view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'

export const fineTuning = defineMethod(
  {
    id: 'fine-tuning',
    title: 'Fine-tuning',
    citation: 'Yosinski et al., How transferable are features in deep neural networks?, NeurIPS 2014',
    settings: z.strictObject({ view }),
  },
  (s) => ({
    views: { labelled: [s.view], unlabelled: [] },
    projector: null,
    variables: () => ({}),
    step: ({ pass, model, labelled }) => ({
      losses: { labelledCe: crossEntropy(model.logits(pass, 'query', labelled.views[0]!), labelled.labels) },
    }),
  }),
)
