// An exported model with random weights: made in milliseconds, used like a trained one.
import { recipe } from '../../src/core/data/views/recipe.ts'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { Model } from '../../src/core/nn/model.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { exportModel } from '../../src/engine/training/export.ts'
import { tinyBackbone } from './tiny-backbone.ts'

export function tinyModel(classes: readonly string[], seed = 1): Uint8Array {
  const backbone = new Backbone(readOnnx(tinyBackbone({ seed })), {})
  const model = new Model({ backbone, cut: null, classes: classes.length, bottleneck: null, projector: null, batchNorm: 'frozen' })
  const variables = model.initial('query', new Random(seed))
  // Logits far apart: probabilities that tell images apart.
  for (const [name, value] of Object.entries(variables))
    if (name.includes('classifier')) for (let i = 0; i < value.data.length; i++) value.data[i] = Number(value.data[i]) * 10
  return exportModel(model, variables, {
    classes,
    recipe: recipe('evaluation', { size: 32, normalize: 'imagenet' }),
    method: 'fine-tuning',
  })
}
