// A pre-trained network from an ONNX file as a function from images to features, whole or in two parts.
import * as g from '../graph/build.ts'
import { OnnxError } from '../graph/onnx/errors.ts'
import type { BatchNormalizationNode } from '../graph/onnx/import/reader.ts'
import { instantiate } from '../graph/onnx/instantiate.ts'
import type { OnnxModel, OnnxNode, OnnxPort } from '../graph/onnx/model.ts'
import { symbolicBatch } from '../graph/onnx/write.ts'
import { topological } from '../graph/value.ts'
import type { Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { HostTensor, Shape, TensorType } from '../tensor/tensor.ts'
import { beforeClassifier, featureOutput, imageInput } from './backbone-ends.ts'
import { channelAxes } from './backbone-layout.ts'
import { rolesOf, variablesOf } from './backbone-roles.ts'
import type { Roles } from './backbone-roles.ts'
import { stagesOf } from './backbone-stages.ts'
import type { Cut, Stage } from './backbone-stages.ts'
import { batchNormTraining } from './layers.ts'
import { sourceHeadOf } from './source-head.ts'
import type { SourceHead } from './source-head.ts'

export type { Cut, Stage } from './backbone-stages.ts'

export interface BackboneOptions {
  /** Height and width of the images, in pixels; what the file declares if left out. */
  readonly imageSize?: number | readonly [height: number, width: number]
  /** Name of the value of the file that is the feature; found if left out. */
  readonly feature?: string
}

export interface ForwardOptions {
  /** Where x comes from; null or left out = x is the image batch. */
  readonly from?: Cut | null
  /** Where to stop; null or left out = the feature [N, F]. */
  readonly to?: Cut | null
  /** BatchNormalization by the batch's own statistics, which update the running ones; else by the running ones. */
  readonly training: boolean
  /** Value of a variable (a parameter or a running statistic) by its name in the file. */
  readonly get: (name: string) => Value
  /** New running statistics. */
  readonly set: (name: string, value: Value) => void
  /** Dropout inside the backbone, left out in evaluation: the identity. */
  readonly dropout?: (x: Value, ratio: number) => Value
  /** Told the values in which stages end, all but the last one's, in order. */
  readonly onStage?: (value: Value) => void
  /** Told the feature map that each stage behind `from` ends with, before pooling, and which of its axes holds the channels; in order. */
  readonly onMap?: OnMap
}

export type OnMap = (map: Value, channelAxis: number) => void

/** How much of the backbone is trained: nothing, the last k stages, all of it. */
export type Depth = 'head' | 'all' | number

/** PyTorch's default: share of the batch's statistics in the new running ones. */
const momentum = 0.1

/** Makes a backbone from a file.
 * @throws OnnxError if the file has no image input or no feature, uses something unsupported, or does not fit the image size. */
export function createBackbone(model: OnnxModel, options: BackboneOptions = {}): Backbone {
  return new Backbone(model, options)
}

/** A backbone at one image size. Immutable: the values of its variables live with the caller. */
export class Backbone {
  readonly model: OnnxModel
  readonly imageSize: readonly [height: number, width: number]
  /** Width F of the feature [N, F]. */
  readonly width: number
  /** From the image to the feature. */
  readonly stages: readonly Stage[]
  /** The feature as a cut: nothing of the backbone lies behind it. */
  readonly head: Cut
  /** The file's own classifier on the feature; null where it has none. */
  readonly sourceHead: SourceHead | null
  readonly #image: string
  readonly #feature: string
  /** Axes of the feature value over which its mean is taken: the spatial ones or the tokens. */
  readonly #pooled: readonly number[]
  readonly #roles: Roles
  /** The nodes from the image to the feature, in order, and the variables that each needs. */
  readonly #uses: ReadonlyMap<OnnxNode, readonly string[]>
  /** Axis of a value that holds its channels. */
  readonly #channelAxes: ReadonlyMap<string, number>
  /** Shapes at a batch of `symbolicBatch`. */
  readonly #shapes: ReadonlyMap<string, Shape>

  constructor(model: OnnxModel, options: BackboneOptions) {
    const port = imageInput(model)
    this.model = model
    this.#image = port.name
    this.imageSize = sizeOfImages(port, options.imageSize)
    this.#roles = rolesOf(model)
    const { name: output, isFeature } = featureOutput(model, options.feature)
    const values = this.#probe(output)
    const dependent = dependents(values, this.#image)
    this.#shapes = new Map([...values].map(([name, { shape }]) => [name, shape]))
    const shapeOf = (name: string): Shape | undefined => (dependent.has(name) ? this.#perImage(name) : undefined)
    const feature = isFeature ? output : (beforeClassifier(model, output, shapeOf) ?? output)
    const shape = shapeOf(feature)
    if (!shape) throw new OnnxError(`feature ${feature}: expected a value made from the image whose first axis is the batch`)
    const axes = channelAxes(model.nodes, this.#image, (name) => (dependent.has(name) ? this.#shapes.get(name) : undefined))
    const channelAxis = axes.get(feature) ?? 1
    this.#feature = feature
    this.#channelAxes = axes
    this.#pooled = [...shape.keys()].map((axis) => axis + 1).filter((axis) => axis !== channelAxis)
    this.width = shape[channelAxis - 1] ?? 0
    this.head = { name: this.#pooled.length === 0 ? feature : `mean of ${feature}`, shape: [this.width] }
    this.sourceHead = sourceHeadOf(model, feature, this.width)
    this.#uses = variablesOf(this.#roles, nodesTo(model, feature), (name) => dependent.has(name))
    const nodes = [...this.#uses.keys()]
    const elements = (name: string): number => sizeOf(model.initialisers.get(name)?.shape ?? [])
    const stages = stagesOf({
      nodes,
      image: this.#image,
      feature,
      shapeOf,
      channelAxis: (name) => (axes.get(name) ?? 1) - 1,
      weightsOf: (node) => this.#usedBy([node]).filter((name) => this.#roles.parameters.has(name)),
      sizeOf: elements,
    })
    this.stages = stages.map((stage, i) => (i === stages.length - 1 ? { ...stage, to: this.head } : stage))
  }

  /** Where the trained part begins: null = at the image. More stages than there are means all.
   * @throws OnnxError for a depth that is no whole number >= 0. */
  cutAt(depth: Depth): Cut | null {
    if (depth === 'head' || depth === 0) return this.head
    if (depth === 'all') return null
    if (!Number.isInteger(depth) || depth < 0) throw new OnnxError(`depth: expected head, all or a whole number of stages, found ${depth}`)
    return this.stages.at(-depth)?.from ?? null
  }

  /** Type of what `forward` takes from a cut. */
  inputType(from: Cut | null, batch: number): TensorType {
    return { dtype: 'float32', shape: [batch, ...(from?.shape ?? [3, ...this.imageSize])] }
  }

  /** Names of the parameters behind the cut. */
  trainable(from: Cut | null): string[] {
    return this.#behind(from).filter((name) => this.#roles.parameters.has(name))
  }

  /** Parameters and running statistics behind the cut (all of them for null), as the file has them. */
  variables(from: Cut | null): Record<string, HostTensor> {
    const names = this.#behind(from)
    const result: Record<string, HostTensor> = {}
    for (const name of [...this.trainable(from), ...names.filter((other) => this.#roles.buffers.has(other))]) {
      const stored = this.model.initialisers.get(name)
      if (stored) result[name] = stored
    }
    return result
  }

  /** The backbone, or the part of it between two cuts: images [N, 3, H, W], or the values at `from` -> the values at `to`, or the feature [N, F].
   * @throws OnnxError naming the node where the shapes do not fit. */
  forward(x: Value, { from, to, training, get, set, dropout, onStage, onMap }: ForwardOptions): Value {
    if (from?.name === this.head.name) return x
    const whole = !to || to.name === this.head.name
    const end = whole ? this.#feature : to.name
    const batch = x.shape[0] ?? 0
    const inputs = from ? { [this.#image]: g.input(this.#image, this.inputType(null, batch)), [from.name]: x } : { [this.#image]: x }
    const values = instantiate(this.model, {
      inputs,
      outputs: [end],
      weight: (name, stored) => (this.#isVariable(name) ? get(name) : g.constant(stored)),
      shapes: from ? this.#shapesFor(batch) : new Map(),
      hooks: { ...(training && { batchNormalization: (node) => trainingNorm(node, get, set) }), ...(dropout && { dropout }) },
    })
    const value = values.get(end)
    if (!value) throw new OnnxError(`${end} was not built`)
    for (const stage of this.stages.slice(0, -1)) {
      const last = stage.to.name === from?.name ? undefined : values.get(stage.to.name)
      if (last && last !== value) onStage?.(last)
    }
    for (const { map } of this.stages) {
      const last = map === from?.name ? undefined : values.get(map)
      if (last) onMap?.(last, this.#channelAxes.get(map) ?? 1)
    }
    return whole && this.#pooled.length > 0 ? g.reduceMean(value, this.#pooled) : value
  }

  #isVariable(name: string): boolean {
    return this.#roles.parameters.has(name) || this.#roles.buffers.has(name)
  }

  /** All values up to the output, at a batch that is told from every other extent. Variables are leaves, so that nothing large is folded. */
  #probe(output: string): ReadonlyMap<string, Value> {
    try {
      return instantiate(this.model, {
        inputs: { [this.#image]: g.input(this.#image, this.inputType(null, symbolicBatch)) },
        outputs: [output],
        weight: (name, stored) => (this.#isVariable(name) ? g.input(name, stored) : g.constant(stored)),
      })
    } catch (error) {
      const declared = imageInput(this.model).shape?.slice(2) ?? []
      const other = declared.some((extent, axis) => typeof extent === 'number' && extent !== this.imageSize[axis])
      if (!other || !(error instanceof OnnxError)) throw error
      throw new OnnxError(`the model declares ${declared.join('x')} images; at ${this.imageSize.join('x')}: ${error.message}`, {
        cause: error,
      })
    }
  }

  /** Shape without the batch axis, if that is the first axis and no other one. */
  #perImage(name: string): Shape | undefined {
    const [batch, ...rest] = this.#shapes.get(name) ?? []
    return batch === symbolicBatch && rest.every((extent) => extent % symbolicBatch !== 0 || extent === 0) ? rest : undefined
  }

  #shapesFor(batch: number): ReadonlyMap<string, Shape> {
    const scaled = (extent: number): number => (extent !== 0 && extent % symbolicBatch === 0 ? (extent / symbolicBatch) * batch : extent)
    return new Map([...this.#shapes].map(([name, shape]) => [name, shape.map(scaled)]))
  }

  /** Variables of the nodes behind the cut. */
  #behind(from: Cut | null): string[] {
    const nodes = [...this.#uses.keys()]
    if (!from) return this.#usedBy(nodes)
    if (from.name === this.head.name) return []
    const at = nodes.findIndex(({ outputs }) => outputs.includes(from.name))
    if (at < 0) throw new OnnxError(`${from.name} does not lie between the image and the feature`)
    return this.#usedBy(nodes.slice(at + 1))
  }

  #usedBy(nodes: readonly OnnxNode[]): string[] {
    return [...new Set(nodes.flatMap((node) => this.#uses.get(node) ?? []))]
  }
}

function sizeOfImages({ name, shape }: OnnxPort, wanted: BackboneOptions['imageSize']): readonly [number, number] {
  if (typeof wanted === 'number') return [wanted, wanted]
  if (wanted) return wanted
  const [, , height, width] = shape ?? []
  if (typeof height === 'number' && typeof width === 'number') return [height, width]
  throw new OnnxError(`input ${name}: the file takes images of any size; say which`)
}

function trainingNorm(node: BatchNormalizationNode, get: ForwardOptions['get'], set: ForwardOptions['set']): Value {
  const { x, scale, b, mean, variance, epsilon, names } = node
  const { y, runningMean, runningVariance } = batchNormTraining(x, scale, b, { mean, variance }, { epsilon, momentum })
  const [, , , meanName = '', varianceName = ''] = names
  set(meanName, runningMean)
  set(varianceName, runningVariance)
  return y
}

/** Names of the values that depend on the image's elements, not only on its shape. */
function dependents(values: ReadonlyMap<string, Value>, image: string): Set<string> {
  const reached = new Set(values.get(image) ? [values.get(image)] : [])
  for (const node of topological(values.values())) {
    if (node.inputs.some((input) => input !== null && reached.has(input))) for (const output of node.outputs) reached.add(output)
  }
  return new Set([...values].filter(([, value]) => reached.has(value)).map(([name]) => name))
}

/** The nodes that a value needs, in the file's order. */
function nodesTo({ nodes }: OnnxModel, name: string): OnnxNode[] {
  const wanted = new Set([name])
  const found = nodes.toReversed().filter(({ inputs, outputs }) => {
    const needed = outputs.some((output) => wanted.has(output))
    if (needed) for (const input of inputs) wanted.add(input)
    return needed
  })
  return found.reverse()
}
