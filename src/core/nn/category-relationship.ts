// p(source class | target class), learnt from what a pre-trained classifier says of labelled images.
// Co-Tuning: You, Kou, Long, Wang: Co-Tuning for Transfer Learning, NeurIPS 2020, section 4.1, the direct way.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** Sums [C, S] of the source probabilities of each class's images, and how many [C] there were. */
export interface Relationship {
  sums: Value
  counts: Value
}

/** With a batch more: source probabilities [N, S], labels int32 [N]. */
export function withBatch({ sums, counts }: Relationship, probabilities: Value, labels: Value): Relationship {
  const member = g.oneHot(labels, counts.shape[0] as number, 1, probabilities.dtype)
  return {
    sums: g.add(sums, g.gemm(member, probabilities, null, { transA: 1 })),
    counts: g.add(counts, g.reduceSum(member, [0])),
  }
}

/** p(y_s | y_t) of the labels' classes, the mean of their images: [N, S]; zeros for a class without any. */
export function sourceTargets({ sums, counts }: Relationship, labels: Value): Value {
  const count = g.max(g.gather(counts, labels, 0), 1)
  return g.div(g.gather(sums, labels, 0), g.reshape(count, [labels.shape[0] as number, 1]))
}
