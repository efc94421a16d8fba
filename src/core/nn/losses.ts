// Losses on logits and probabilities: batch means, natural logarithms.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** Mean cross-entropy: logits [N, C], labels int32 [N] -> scalar. */
export function crossEntropy(logits: Value, labels: Value): Value {
  const [n, classes] = logits.shape as [number, number]
  const target = g.oneHot(labels, classes, 1, logits.dtype)
  return g.div(g.reduceSum(g.mul(target, g.logSoftmax(logits, 1)), [0, 1]), -n)
}

/** Cross-entropy of each row: logits [N, C], labels int32 [N] -> [N]. */
export function crossEntropies(logits: Value, labels: Value): Value {
  return softCrossEntropies(logits, g.oneHot(labels, logits.shape[1] as number, 1, logits.dtype))
}

/** Cross-entropy of each row with probabilities: logits [N, C], target [N, C] -> [N]. */
export function softCrossEntropies(logits: Value, target: Value): Value {
  return g.neg(g.reduceSum(g.mul(target, g.logSoftmax(logits, 1)), [1]))
}

/** KL divergence of each row from the teacher's softened prediction to the student's: logits [N, C] -> [N]; no gradient flows into the teacher.
 * Each has its own temperature: Hinton et al. 2015 soften both, UDA sharpens one. */
export function divergences(student: Value, teacher: Value, temperature: { student: number; teacher: number }): Value {
  const logP = g.stopGradient(g.logSoftmax(g.div(teacher, temperature.teacher), 1))
  const logQ = g.logSoftmax(g.div(student, temperature.student), 1)
  return g.reduceSum(g.mul(g.exp(logP), g.sub(logP, logQ)), [1])
}

/** Squared distance of each row: [N, C] -> [N]; gradients flow into both. */
export function squaredDistances(p: Value, q: Value): Value {
  const difference = g.sub(p, q)
  return g.reduceSum(g.mul(difference, difference), [1])
}

/** Mean over all rows, of which each counts with its weight [N]. */
export function weightedMean(perRow: Value, weights: Value): Value {
  return g.reduceMean(g.mul(perRow, weights))
}

/** Mean over the rows whose weight is 1; 0 where there is none. */
export function meanOfKept(perRow: Value, kept: Value): Value {
  return g.div(g.reduceSum(g.mul(perRow, kept)), g.max(g.reduceSum(kept), 1))
}

/** Most probable class of each row: logits [N, C] -> int32 [N]; no gradient. */
export function pseudoLabels(logits: Value): Value {
  return g.cast(g.argMax(logits, 1, 0), 'int32')
}

/** Largest probability of each row: logits [N, C] -> [N]; no gradient. */
export function confidence(logits: Value): Value {
  return g.stopGradient(g.reduceMax(g.softmax(logits, 1), [1]))
}

/** 1 for rows that the model is surer of than the threshold, else 0: confidence [N] and a number, or thresholds [N] -> [N]. */
export function surer(confidence: Value, threshold: Value | number): Value {
  return g.cast(g.greater(confidence, threshold), confidence.dtype)
}

/** Probabilities with a lower entropy: p^(1/T), normalised (MixMatch, equation 7): [N, C] -> [N, C]. */
export function sharpen(p: Value, temperature: number): Value {
  return normalised(g.pow(p, 1 / temperature))
}

/** Divided by its sum along the last axis; zeros stay zeros. */
export function normalised(x: Value): Value {
  return g.div(x, g.max(g.reduceSum(x, [-1], 1), 1e-12))
}
