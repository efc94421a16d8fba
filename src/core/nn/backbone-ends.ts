// Finds the ends of a backbone in an ONNX file: the image it takes and the feature that a new head can stand on.
import { describeShape } from '../graph/ops/spec.ts'
import { OnnxError } from '../graph/onnx/errors.ts'
import type { OnnxModel, OnnxNode, OnnxPort } from '../graph/onnx/model.ts'
import type { Shape } from '../tensor/tensor.ts'

const channels = 3

function describePort({ name, dtype, shape }: OnnxPort): string {
  return `${name} ${dtype ?? 'of another type'} ${shape ? describeShape(shape.map((extent) => extent ?? '?') as number[]) : 'of unknown rank'}`
}

/** The input that takes images: float32 [N, 3, H, W].
 * @throws OnnxError naming what the file takes instead. */
export function imageInput(model: OnnxModel): OnnxPort {
  const found = model.inputs.map(describePort).join('; ') || 'no input'
  const images = model.inputs.filter(({ shape }) => shape?.length === 4)
  const fits = images.find(({ dtype, shape }) => dtype === 'float32' && (shape?.[1] === channels || typeof shape?.[1] !== 'number'))
  if (fits && model.inputs.length === 1) return fits
  if (fits) throw new OnnxError(`the model wants more than an image: expected one input [N, 3, H, W], found ${found}`)
  const last = images.find(({ shape }) => shape?.[3] === channels)
  if (last)
    throw new OnnxError(
      `the model takes images with channels last (NHWC): expected [N, 3, H, W], found ${found}; export it with channels first`,
    )
  throw new OnnxError(`the model has no image input: expected float32 [N, 3, H, W], found ${found}`)
}

const featureNames =
  /^(.*[^a-z])?(features?|embeddings?|embeds?|pooler(_output)?|pooled|pre_?logits|representation|last_hidden_state)([^a-z].*)?$/i
const scoreNames = /logit|class|prob|score|softmax|pred|label/i
/** Class counts of ImageNet-1k (with and without background) and 21k. */
const classCounts: readonly (number | undefined)[] = [1000, 1001, 21_841, 21_843]

/** What may stand between a classifier and the scores. */
const passed = new Set([
  'Softmax', 'LogSoftmax', 'Sigmoid', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Cast', 'Dropout', 'Transpose', 'Relu', 'Clip',
]) // prettier-ignore
const pools = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean'])
const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div'])

/** Where the search for the feature begins: the chosen value, else the output that is named as a feature (one of [N, F] before others), else that of the scores. */
export function featureOutput(model: OnnxModel, chosen?: string): { readonly name: string; readonly isFeature: boolean } {
  if (chosen !== undefined) {
    if (model.nodes.some(({ outputs }) => outputs.includes(chosen))) return { name: chosen, isFeature: true }
    throw new OnnxError(`the model has no value ${chosen}; its outputs are ${model.outputs.map(({ name }) => name).join(', ')}`)
  }
  const candidates = model.outputs.filter(({ name }) => featureNames.test(name))
  const named = candidates.find(({ shape }) => shape?.length === 2) ?? candidates[0]
  const scores = model.outputs.find(({ name }) => scoreNames.test(name)) ?? model.outputs[0]
  if (!named && !scores) throw new OnnxError('the model has no output')
  return { name: named?.name ?? scores?.name ?? '', isFeature: named !== undefined }
}

/** What the last fully connected layer (or 1x1 convolution) before the scores takes; null if the scores come from none.
 * @param shape of a value that depends on the image. */
export function beforeClassifier(model: OnnxModel, scores: string, shape: (name: string) => Shape | undefined): string | null {
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  let name = scores
  let pooled = false
  let isScore = scoreNames.test(scores) || classCounts.includes(shape(scores)?.[1])
  for (let node = producers.get(name); node; node = producers.get(name)) {
    const inputs = node.inputs.filter((input) => shape(input) !== undefined)
    const [data] = inputs
    if (data === undefined || inputs.length !== 1) return null
    if (isClassifier(model, node)) return node.op === 'Conv' && pooled && !isScore ? null : data
    if (!passed.has(node.op) && !pools.has(node.op) && !arithmetic.has(node.op)) return null
    pooled ||= pools.has(node.op)
    isScore ||= node.op === 'Softmax' || node.op === 'LogSoftmax'
    name = data
  }
  return null
}

function isClassifier({ initialisers }: OnnxModel, { op, inputs }: OnnxNode): boolean {
  if (op === 'Gemm' || op === 'MatMul') return true
  const filter = op === 'Conv' ? initialisers.get(inputs[1] ?? '') : undefined
  return filter?.shape.slice(2).every((extent) => extent === 1) ?? false
}
