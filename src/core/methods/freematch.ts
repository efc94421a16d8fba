// FreeMatch: FixMatch with a threshold for each class that follows how sure the model has become, and a push to predict all classes.
// Wang, Chen, Heng, Hou, Fan, Wu, Wang, Savvides, Shinozaki, Raj, Schiele, Xie: FreeMatch, ICLR 2023, sections 4.1 (thresholds) and 4.2 (fairness);
// details as in the authors' code (microsoft/Semi-supervised-learning).
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { average } from '../nn/ema.ts'
import { confidence, crossEntropies, normalised, pseudoLabels, surer, weightedMean } from '../nn/losses.ts'
import { filled, scalar } from '../tensor/tensor.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

/** Averages over steps: how sure the model is, its mean prediction, and how often each class is the pseudo-label. */
const state = { sureness: 'freematch/sureness', prediction: 'freematch/prediction', histogram: 'freematch/histogram' } as const

export const freeMatch = defineMethod(
  {
    id: 'freematch',
    title: 'FreeMatch',
    citation: 'Wang et al.: FreeMatch: Self-adaptive Thresholding for Semi-supervised Learning, ICLR 2023',
    settings: z.strictObject({
      statisticsMomentum: shared.statisticsMomentum,
      unlabelledWeight: shared.unlabelledWeight,
      fairnessWeight: z.number().min(0).max(1000).default(0.001).describe('times the loss that asks for all classes'),
    }),
  },
  ({ statisticsMomentum, unlabelledWeight, fairnessWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    carried: Object.values(state),
    variables: ({ shape: { classes } }) => ({
      [state.sureness]: scalar('float32', 1 / classes),
      [state.prediction]: filled([classes], 1 / classes),
      [state.histogram]: filled([classes], 1 / classes),
    }),
    step: (context) => {
      const { builder } = context.pass
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const pseudo = pseudoLabels(weak)
      const sure = confidence(weak)
      const sureness = average(builder, state.sureness, g.reduceMean(sure), statisticsMomentum)
      const prediction = average(builder, state.prediction, g.reduceMean(g.softmax(weak, 1), [0]), statisticsMomentum)
      const histogram = average(builder, state.histogram, g.reduceMean(oneHotOf(pseudo, weak), [0]), statisticsMomentum)
      const thresholds = g.mul(g.div(prediction, g.reduceMax(prediction)), sureness)
      const kept = surer(sure, g.gather(thresholds, pseudo, 0))
      const unlabelledCe = weightedMean(crossEntropies(strong, pseudo), kept)
      const fairness = towards(g.mul(prediction, inverse(histogram)), strong, kept)
      return {
        losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight), fairness: g.mul(fairness, fairnessWeight) },
        pseudoLabels: pseudo,
        confidence: sure,
      }
    },
  }),
)

/** Minus the cross-entropy between the shares of classes that are wanted [C] and those predicted of the kept strong views, each class by how often
 * it is predicted; 0 where none is kept. The paper maximises the cross-entropy. */
function towards(wanted: Value, strong: Value, kept: Value): Value {
  const count = g.reduceSum(kept)
  const mean = (perRow: Value): Value => g.div(g.reduceSum(g.mul(perRow, g.unsqueeze(kept, [1])), [0]), g.max(count, 1))
  const predicted = g.mul(mean(g.softmax(strong, 1)), inverse(mean(oneHotOf(pseudoLabels(strong), strong))))
  const sum = g.reduceSum(g.mul(g.stopGradient(normalised(wanted)), g.log(g.add(normalised(predicted), 1e-12))))
  return g.mul(sum, g.min(count, 1))
}

function oneHotOf(labels: Value, logits: Value): Value {
  return g.oneHot(labels, logits.shape[1] as number, 1, logits.dtype)
}

/** 1/x, 0 where x is 0; no gradient. */
function inverse(x: Value): Value {
  return g.stopGradient(g.div(surer(x, 0), g.max(x, 1e-12)))
}
