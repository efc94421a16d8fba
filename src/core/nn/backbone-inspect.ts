// What an ONNX file holds and whether it can be trained here, as plain data.
import { input } from '../graph/apply.ts'
import { OnnxError } from '../graph/onnx/errors.ts'
import { unsupported } from '../graph/onnx/instantiate.ts'
import type { OnnxModel, OnnxPort } from '../graph/onnx/model.ts'
import { topological } from '../graph/value.ts'
import type { Node, Value } from '../graph/value.ts'
import { isFloat, sizeOf } from '../tensor/tensor.ts'
import { featureOutput } from './backbone-ends.ts'
import { guessPixels } from './backbone-pixels.ts'
import type { PixelGuess } from './backbone-pixels.ts'
import { createBackbone } from './backbone.ts'
import type { Backbone } from './backbone.ts'

export interface PortReport {
  readonly name: string
  /** Element type; `other` for those that cannot be held. */
  readonly type: string
  /** Extents; `?` where the file says nothing. */
  readonly shape: readonly (string | number)[]
}

export interface ModelReport {
  readonly inputs: readonly PortReport[]
  readonly outputs: readonly PortReport[]
  /** How often each operator occurs; with its domain if that is not ONNX's own. */
  readonly operators: Readonly<Record<string, number>>
  /** Numbers in all stored real tensors with more than one element. */
  readonly parameters: number
  readonly trainable: boolean
  /** `all`: it can be trained; `frozen`: new layers on its features can, it stays as it is; `none`: neither. */
  readonly use: 'all' | 'frozen' | 'none'
  /** Why it cannot be trained; empty if it can. */
  readonly problems: readonly string[]
  readonly opset: number
  readonly producer: string
  /** What the file says of itself, preprocessing among it. */
  readonly metadata: Readonly<Record<string, string>>
  /** How the pixels of its images were probably normalised; null if there is no use for it. */
  readonly pixels: PixelGuess | null
  /** Null if there is no use for it. */
  readonly backbone: BackboneReport | null
}

export interface BackboneReport {
  readonly imageSize: readonly [height: number, width: number]
  /** Value of the file that a new head stands on, and its width. */
  readonly feature: string
  readonly width: number
  /** Classes of its own that it scores; null where it ends with the feature, or the file does not say. */
  readonly classes: number | null
  /** Multiply-accumulates of convolutions and matrix products, for one image at that size. */
  readonly macs: number
  readonly stages: readonly { readonly label: string; readonly parameters: number }[]
}

/** Image size where neither the caller nor the file says one, in pixels. */
const usualSize = 224

/** @param imageSize of the backbone's numbers; what the file declares, else 224, if left out. */
export function inspectModel(model: OnnxModel, imageSize?: number): ModelReport {
  const operators: Record<string, number> = {}
  for (const { op, domain } of model.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`
    operators[name] = (operators[name] ?? 0) + 1
  }
  const sizes = [...model.initialisers.values()].filter(({ dtype }) => isFloat(dtype)).map(({ shape }) => sizeOf(shape))
  const { backbone, problems } = tryBackbone(model, imageSize)
  return {
    inputs: model.inputs.map(report),
    outputs: model.outputs.map(report),
    operators,
    parameters: sizes.filter((size) => size > 1).reduce((sum, size) => sum + size, 0),
    trainable: problems.length === 0,
    use: backbone === null ? 'none' : problems.length === 0 ? 'all' : 'frozen',
    problems,
    opset: model.opset,
    producer: model.producer,
    metadata: model.metadata,
    pixels: backbone && guessPixels(model, classesOf(backbone)),
    backbone: backbone && describeBackbone(backbone),
  }
}

function report({ name, dtype, shape }: OnnxPort): PortReport {
  return { name, type: dtype ?? 'other', shape: shape?.map((extent) => extent ?? '?') ?? ['...'] }
}

function tryBackbone(model: OnnxModel, imageSize: number | undefined): { backbone: Backbone | null; problems: string[] } {
  const missing = unsupported(model).map(({ message, count }) => (count > 1 ? `${message} (${count} nodes)` : message))
  if (missing.length > 0) return { backbone: null, problems: missing }
  const declared = model.inputs.some(({ shape }) => shape?.length === 4 && shape.slice(2).every((extent) => typeof extent === 'number'))
  try {
    const backbone = createBackbone(model, imageSize !== undefined || !declared ? { imageSize: imageSize ?? usualSize } : {})
    if (backbone.trainable(null).length > 0) return { backbone, problems: [] }
    return { backbone, problems: ['no stored tensor is a parameter that can be trained'] }
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error
    return { backbone: null, problems: [error.message] }
  }
}

function describeBackbone(backbone: Backbone): BackboneReport {
  const { imageSize, width, head, stages, model } = backbone
  const variables = backbone.variables(null)
  const feature = backbone.forward(input('image', backbone.inputType(null, 1)), {
    training: false,
    get: (name) => input(name, variables[name] ?? { dtype: 'float32', shape: [] }),
    set: () => undefined,
  })
  const elements = (name: string): number => sizeOf(model.initialisers.get(name)?.shape ?? [])
  return {
    imageSize,
    feature: head.name,
    width,
    classes: classesOf(backbone),
    macs: topological([feature]).reduce((sum, node) => sum + macsOf(node), 0),
    stages: stages.map(({ label, weights }) => ({ label, parameters: weights.reduce((sum, name) => sum + elements(name), 0) })),
  }
}

function classesOf({ model, head }: Backbone): number | null {
  const { name } = featureOutput(model)
  const count = model.outputs.find((output) => output.name === name)?.shape?.[1]
  return head.name !== name && head.name !== `mean of ${name}` && typeof count === 'number' ? count : null
}

/** Output elements times the length of the sums behind each. */
function macsOf({ op, inputs: [a, b], outputs: [y], attributes }: Node): number {
  if (!a || !b || !y) return 0
  const outputs = sizeOf(y.shape)
  if (op === 'Conv') return outputs * sizeOf(b.shape.slice(1))
  if (op === 'MatMul') return outputs * (a.shape.at(-1) ?? 0)
  if (op === 'Gemm') return outputs * innerExtent(a, (attributes as { transA: 0 | 1 }).transA)
  return 0
}

function innerExtent({ shape }: Value, transposed: 0 | 1): number {
  return shape[transposed ? 0 : 1] ?? 0
}
