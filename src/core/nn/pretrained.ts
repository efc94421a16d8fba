// The backbone as its file has it, whatever a run has made of it since: what L2-SP and DELTA hold the trained one to.
// Its weights are constants of the program: as state they would be in memory three times (the engine's, the copy to return to, the one on its
// way to the disk) and in every checkpoint.
import { constant } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { OnMap } from './backbone.ts'
import type { Model } from './model.ts'

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
