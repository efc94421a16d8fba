// Co-Tuning: the pre-trained network's own classifier goes on learning beside the new one, from what the labels mean in its classes.
// You, Kou, Long, Wang: Co-Tuning for Transfer Learning, NeurIPS 2020; the relationship of classes is learnt the direct way, as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import { sourceTargets, withBatch } from '../nn/category-relationship.ts'
import type { Relationship } from '../nn/category-relationship.ts'
import { crossEntropy, softCrossEntropies } from '../nn/losses.ts'
import type { Pass } from '../nn/pass.ts'
import { pretrainedScores, sourceOf } from '../nn/pretrained.ts'
import { tensor } from '../tensor/tensor.ts'
import { view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'

const [sums, counts] = ['relationship/sums', 'relationship/counts']

export const coTuning = defineMethod(
  {
    id: 'co-tuning',
    title: 'Co-Tuning',
    citation: 'You, Kou, Long, Wang: Co-Tuning for Transfer Learning, NeurIPS 2020',
    settings: z.strictObject({
      view,
      sourceWeight: z
        .number()
        .min(0)
        .max(100)
        .default(2.3)
        .describe("lambda, weight of the backbone's own classifier; nothing where only the head is trained"),
      relationshipViews: z
        .int()
        .min(1)
        .max(4096)
        .default(32)
        .describe('views of each class, on average, that the relationship of classes is learnt from'),
    }),
  },
  (s) => ({
    views: { labelled: [s.view], unlabelled: [] },
    projector: null,
    sourceHead: true,
    variables: (model) => ({
      [sums]: tensor('float32', [model.shape.classes, sourceOf(model).bias.data.length]),
      [counts]: tensor('float32', [model.shape.classes]),
    }),
    // By the pre-trained network, in later phases too.
    prime: {
      batches: (classes, batch) => Math.ceil((classes * s.relationshipViews) / batch),
      step: ({ pass, model, labelled }) => {
        const probabilities = g.softmax(pretrainedScores(model, labelled.views[0]!), 1)
        const next = withBatch(relationship(pass), probabilities, labelled.labels)
        pass.builder.set(sums, next.sums)
        pass.builder.set(counts, next.counts)
      },
    },
    step: ({ pass, model, labelled }) => {
      const feature = model.feature(pass, 'query', labelled.views[0]!)
      const logits = model.classify(pass, 'query', model.bottleneck(pass, 'query', feature))
      const source = softCrossEntropies(model.classifySource(pass, 'query', feature), sourceTargets(relationship(pass), labelled.labels))
      return { losses: { labelledCe: crossEntropy(logits, labelled.labels), sourceCe: g.mul(g.reduceMean(source), s.sourceWeight) } }
    },
  }),
)

function relationship({ builder }: Pass): Relationship {
  return { sums: builder.get(sums), counts: builder.get(counts) }
}
