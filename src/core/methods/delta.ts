// DELTA: fine-tuning in which the backbone's feature maps stay near those that the pre-trained network makes of the same images.
// Li, Xiong, Wang, Rao, Liu, Huan: DELTA: Deep Learning Transfer using Feature Map with Attention, ICLR 2019, equations 2 to 4, its weights as in TLlib.
// The default alpha is not TLlib's 0.01, which compares what convolutions give before they are normalised: on MobileNetV2's maps, which are larger, that
// diverges at the default learning rate, 0.001 spoils what was learnt, and 0.0001 is stable.
// All channels have equal attention: the paper learns theirs by leaving out one filter after another, thousands of passes before the first step.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { crossEntropy } from '../nn/losses.ts'
import { pretrainedFeature } from '../nn/pretrained.ts'
import { behaviouralDistance, headPenalty } from '../nn/regularisation.ts'
import { headDecay, view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'

export const delta = defineMethod(
  {
    id: 'delta',
    title: 'DELTA',
    citation: 'Li, Xiong, Wang, Rao, Liu, Huan: DELTA: Deep Learning Transfer using Feature Map with Attention, ICLR 2019',
    settings: z.strictObject({
      view,
      behaviour: z
        .number()
        .min(0)
        .max(10)
        .default(1e-4)
        .describe('alpha, pull of the feature maps to the pre-trained ones; nothing where only the head is trained'),
      headDecay,
    }),
  },
  (s) => ({
    views: { labelled: [s.view], unlabelled: [] },
    projector: null,
    variables: () => ({}),
    step: ({ pass, model, labelled }) => {
      const x = labelled.views[0]!
      // At the ends of the stages that are trained.
      const starts: Value[] = []
      const distances: Value[] = []
      pretrainedFeature(model, x, (start) => starts.push(start))
      const feature = model.encode(pass, 'query', x, (map, channelAxis) =>
        distances.push(behaviouralDistance(map, starts[distances.length]!, channelAxis)),
      )
      return {
        losses: {
          labelledCe: crossEntropy(model.classify(pass, 'query', feature), labelled.labels),
          ...(distances.length > 0 && {
            behaviour: g.mul(
              distances.reduce((a, b) => g.add(a, b)),
              s.behaviour,
            ),
          }),
          headWeights: g.mul(headPenalty(pass, model), s.headDecay),
        },
      }
    },
  }),
)
