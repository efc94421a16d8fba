// The trained model's predictions of a step's images, as most semi-supervised methods begin.
import type { Value } from '../graph/value.ts'
import { crossEntropy } from '../nn/losses.ts'
import type { StepContext } from './method.ts'

/** Cross-entropy of the (first) labelled view, and the logits [N, C] of unlabelled views in order.
 * Each view is a forward pass of its own in training mode, as in TLlib: BatchNormalization takes the statistics of one kind of view at a time,
 * also of those that only give targets.
 * @param views of the unlabelled images: all, unless said */
export function forward(context: StepContext, views = context.unlabelled.views): { labelledCe: Value; unlabelled: Value[] } {
  const { pass, model, labelled } = context
  return {
    labelledCe: crossEntropy(model.logits(pass, 'query', labelled.views[0]!), labelled.labels),
    unlabelled: views.map((view) => model.logits(pass, 'query', view)),
  }
}
