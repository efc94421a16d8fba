// The backbone as its file has it, whatever a run has made of it since: what L2-SP and DELTA hold the trained one to, and
// what Co-Tuning learns from.
// Its weights are constants of the program: as state they would be in memory three times (the engine's, the copy to return to, the one on its
// way to the disk) and in every checkpoint.
import { constant } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { OnMap } from './backbone.ts'
import { linear } from './layers.ts'
import type { Model } from './model.ts'
import type { SourceHead } from './source-head.ts'

/** Pre-trained values of the backbone's weights that are trained, beside the variables that hold them now. */
export function pretrainedWeights({ shape: { backbone, cut } }: Model, scope: string): { variable: string; start: Value }[] {
  const stored = backbone.variables(cut)
  return backbone.trainable(cut).map((name) => ({ variable: `${scope}/backbone/${name}`, start: constant(stored[name]!) }))
}

/** Input (images, or activations at the cut) -> the backbone's own feature [N, F]; statistics are the stored ones, and nothing is trained.
 * @param onMap as in `Backbone.forward` */
export function pretrainedFeature({ shape: { backbone, cut } }: Model, x: Value, onMap?: OnMap): Value {
  const stored = backbone.variables(cut)
  return backbone.forward(x, {
    from: cut,
    training: false,
    get: (name) => constant(stored[name]!),
    set: () => undefined,
    ...(onMap && { onMap }),
  })
}

/** Input (images, or activations at the cut) -> scores of the backbone's own classes [N, S]. */
export function pretrainedScores(model: Model, x: Value): Value {
  const { weight, bias } = sourceOf(model)
  return linear(pretrainedFeature(model, x), constant(weight), constant(bias))
}

/** The backbone's own classifier, as its file has it. */
export function sourceOf({ shape: { source } }: Model): SourceHead {
  if (!source) throw new Error('expected a model with the classifier of its backbone')
  return source
}
