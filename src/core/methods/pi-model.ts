// Pi-model: two random views of an unlabelled image should be predicted alike.
// Laine, Aila: Temporal Ensembling for Semi-Supervised Learning, ICLR 2017, section 2.1 and algorithm 1; weights as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { squaredDistances } from '../nn/losses.ts'
import { sigmoidRamp } from '../nn/ramps.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'

export const piModel = defineMethod(
  {
    id: 'pi-model',
    title: 'Pi-model',
    citation: 'Laine, Aila: Temporal Ensembling for Semi-Supervised Learning, ICLR 2017',
    settings: z.strictObject({
      consistencyWeight: z
        .number()
        .min(0)
        .max(1000)
        .default(0.1)
        .describe('w, times the squared distance of two predictions, mean over images'),
      rampUp: z.number().min(0).max(1).default(0.25).describe('share of each phase over which the weight rises'),
    }),
  },
  ({ consistencyWeight, rampUp }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'weak'] },
    projector: null,
    variables: () => ({}),
    step: (context) => {
      const { labelledCe, unlabelled } = forward(context)
      const [p1, p2] = unlabelled.map((logits) => g.softmax(logits, 1)) as [Value, Value]
      const weight = g.mul(sigmoidRamp(context.progress, rampUp), consistencyWeight)
      return { losses: { labelledCe, consistency: g.mul(g.reduceMean(squaredDistances(p1, p2)), weight) } }
    },
  }),
)
