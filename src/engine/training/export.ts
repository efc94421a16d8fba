// Writes the trained model as an ONNX file that takes images as they are and gives class probabilities.
import * as g from '../../core/graph/build.ts'
import { symbolicBatch, writeOnnx } from '../../core/graph/onnx/write.ts'
import type { Program } from '../../core/graph/program.ts'
import type { Value } from '../../core/graph/value.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'
import type { Model } from '../../core/nn/model.ts'
import { Pass } from '../../core/nn/pass.ts'
import { ProgramBuilder } from '../../core/nn/program-builder.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { buildEvaluation } from '../../core/train/evaluation.ts'
import { writePreprocessing } from './preprocessing.ts'

type Variables = Readonly<Record<string, HostTensor>>

/** What the file says of itself. */
export interface ModelCard {
  classes: readonly string[]
  recipe: ViewRecipe
  method: string
}

/** Metadata keys of an exported file; values are text, `classes` and `recipe` JSON. */
export const metadataKeys = { classes: 'classes', recipe: 'preprocessing', method: 'method' } as const

/** @param model with the image as its input (no cut)
 *  @param variables all of the model's, in scope `query`
 *  @returns a file with input `image` (uint8 RGB [N, height, width, 3], any size) and outputs `probabilities` and `logits` [N, C] */
export function exportModel(model: Model, variables: Variables, card: ModelCard): Uint8Array {
  const builder = new ProgramBuilder(variables, () => true)
  const [height, width] = model.shape.backbone.imageSize
  const x = g.input('x', { dtype: 'float32', shape: [symbolicBatch, 3, height, width] })
  const pass = new Pass(builder, false)
  const logits = model.classify(pass, 'query', model.encode(pass, 'query', x))
  const names = new Map<Value, string>(Object.keys(variables).map((name) => [builder.get(name), name.replace(/^query\//, '')]))
  return writeOnnx({
    inputs: { x },
    outputs: { probabilities: g.softmax(logits, 1), logits },
    name: 'self-tuning-studio',
    opset: 18,
    batch: 'N',
    constantNames: names,
    prelude: (onnx) => ({ x: writePreprocessing(onnx, card.recipe) }),
    metadata: {
      [metadataKeys.classes]: JSON.stringify(card.classes),
      [metadataKeys.recipe]: JSON.stringify(card.recipe),
      [metadataKeys.method]: card.method,
    },
  })
}

/** The trained model from images on, its weights baked in: feed `x`, output `logits`. */
export function buildInference(model: Model, variables: Variables, batch: number): Program {
  return buildEvaluation(model, model.shape.backbone.inputType(null, 1).shape.slice(1), batch, variables, 'query', () => true)
}
