// Losses on logits and probabilities: batch means, natural logarithms.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** Mean cross-entropy: logits [N, C], labels int32 [N] -> scalar. */
export function crossEntropy(logits: Value, labels: Value, smoothing = 0): Value {
  const [n, classes] = logits.shape as [number, number]
  const logP = g.logSoftmax(logits, 1)
  const target = g.oneHot(labels, classes, 1, logits.dtype)
  const hard = g.div(g.reduceSum(g.mul(target, logP), [0, 1]), -n)
  if (smoothing === 0) return hard
  const uniform = g.div(g.reduceSum(logP, [0, 1]), -n * classes)
  return g.add(g.mul(hard, 1 - smoothing), g.mul(uniform, smoothing))
}

/** Mean cross-entropy with distributions: logits and target [N, C] -> scalar. */
export function softCrossEntropy(logits: Value, target: Value): Value {
  return g.div(g.reduceSum(g.mul(target, g.logSoftmax(logits, 1))), -(logits.shape[0] as number))
}

/** Most probable class of each row: logits [N, C] -> int32 [N]; no gradient. */
export function pseudoLabels(logits: Value): Value {
  return g.cast(g.argMax(logits, 1, 0), 'int32')
}

/** Largest probability of each row: logits [N, C] -> [N]; no gradient. */
export function confidence(logits: Value): Value {
  return g.stopGradient(g.reduceMax(g.softmax(logits, 1), [1]))
}
