// FlexMatch: FixMatch with a lower threshold for classes of which few unlabelled images have been learnt yet.
// Zhang, Wang, Hou, Wu, Wang, Okumura, Shinozaki: FlexMatch: Boosting Semi-Supervised Learning with Curriculum Pseudo Labeling, NeurIPS 2021,
// equations 5 to 7, section 3.2 (warm-up, and the convex mapping x / (2 - x)); details as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { confidence, crossEntropies, pseudoLabels, surer, weightedMean } from '../nn/losses.ts'
import { tensor } from '../tensor/tensor.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import * as shared from './unlabelled-settings.ts'

/** int32 [images]: the class that each was last taken for surely, the number of classes where it never was. */
const learnt = 'flexmatch/learnt'
/** Of unlabelled images. */
const total = 'flexmatch/total'

export const flexMatch = defineMethod(
  {
    id: 'flexmatch',
    title: 'FlexMatch',
    citation: 'Zhang et al.: FlexMatch: Boosting Semi-Supervised Learning with Curriculum Pseudo Labeling, NeurIPS 2021',
    settings: z.strictObject({
      threshold: shared.threshold(),
      thresholdWarmUp: z.boolean().default(true).describe('all thresholds begin low, until most images have been taken for a class surely'),
      unlabelledWeight: shared.unlabelledWeight,
    }),
  },
  ({ threshold, thresholdWarmUp, unlabelledWeight }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'strong'] },
    projector: null,
    carried: [learnt],
    variables: ({ shape: { classes } }, _initial, _random, { images, unlabelled }) => ({
      [learnt]: tensor('int32', [images], new Int32Array(images).fill(classes)),
      [total]: tensor('float32', [], [unlabelled]),
    }),
    step: (context) => {
      const { builder } = context.pass
      const { classes } = context.model.shape
      const { labelledCe, unlabelled } = forward(context)
      const [weak, strong] = unlabelled as [Value, Value]
      const pseudo = pseudoLabels(weak)
      const sure = confidence(weak)
      const before = builder.get(learnt)
      const unused = thresholdWarmUp ? builder.get(total) : null
      const kept = surer(sure, g.gather(g.mul(shares(before, classes, unused), threshold), pseudo, 0))
      const { images } = context.unlabelled
      const now = g.where(g.greater(sure, threshold), pseudo, g.gather(before, images, 0))
      builder.set(learnt, g.scatterElements(before, images, now, 0))
      const unlabelledCe = weightedMean(crossEntropies(strong, pseudo), kept)
      return { losses: { labelledCe, unlabelledCe: g.mul(unlabelledCe, unlabelledWeight) }, pseudoLabels: pseudo, confidence: sure }
    },
  }),
)

/** What the threshold of each class is multiplied with [C]: how many images are taken for it, beside the class with the most, or the images that are
 * not taken for any where these are more; mapped by x / (2 - x).
 * @param total of unlabelled images; null: those not taken for any do not count */
function shares(labels: Value, classes: number, total: Value | null): Value {
  const zeros = g.constantOf('float32', [classes + 1], () => 0)
  const counts = g.slice(g.scatterElements(zeros, labels, g.full('float32', labels.shape, 1), 0, 'add'), [0], [classes])
  const unused = total ? g.sub(total, g.reduceSum(counts)) : 0
  const share = g.div(counts, g.max(g.max(g.reduceMax(counts), unused), 1))
  return g.div(share, g.sub(2, share))
}
