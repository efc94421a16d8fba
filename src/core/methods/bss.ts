// BSS: fine-tuning that shrinks the smallest singular values of the batch's features, in which what does not transfer shows.
// Chen, Wang, Fu, Long, Wang: Catastrophic Forgetting Meets Negative Transfer: Batch Spectral Shrinkage for Safe Transfer Learning, NeurIPS 2019, equation 4.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import { crossEntropy } from '../nn/losses.ts'
import { smallestSingularSquares } from '../nn/singular-values.ts'
import { view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'

export const bss = defineMethod(
  {
    id: 'bss',
    title: 'BSS',
    citation:
      'Chen, Wang, Fu, Long, Wang: Catastrophic Forgetting Meets Negative Transfer: Batch Spectral Shrinkage for Safe Transfer Learning, NeurIPS 2019',
    settings: z.strictObject({
      view,
      shrinkage: z.number().min(0).max(10).default(0.001).describe('eta, weight of the sum of squared singular values'),
      singularValues: z.int().min(1).max(16).default(1).describe('k, how many of the smallest singular values shrink'),
    }),
  },
  (s) => ({
    views: { labelled: [s.view], unlabelled: [] },
    projector: null,
    variables: () => ({}),
    step: ({ pass, model, labelled }) => {
      const feature = model.encode(pass, 'query', labelled.views[0]!)
      return {
        losses: {
          labelledCe: crossEntropy(model.classify(pass, 'query', feature), labelled.labels),
          spectralShrinkage: g.mul(smallestSingularSquares(feature, s.singularValues), s.shrinkage),
        },
      }
    },
  }),
)
