// The trained model: backbone -> bottleneck -> classifier and projector, its variables grouped under a scope (query, key, ...).
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { filled, tensor } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import type { Draws } from '../tensor/random.ts'
import type { Backbone, Cut, OnMap } from './backbone.ts'
import { batchNormTraining, l2Normalise, linear } from './layers.ts'
import type { Pass } from './pass.ts'
import type { SourceHead } from './source-head.ts'

export interface ModelShape {
  backbone: Backbone
  /** Where the trained part begins: what lies before is frozen and its output is the model's input. null = the image itself. */
  cut: Cut | null
  classes: number
  /** Linear, BatchNorm, ReLU, Dropout between the backbone's feature and both heads (TLlib); null = none (the released code). */
  bottleneck: { width: number; dropout: number } | null
  /** Width D of the projector; null where the method has none. */
  projector: number | null
  /** The backbone's own classifier, trained beside the new one; left out or null where the method does not use it. */
  source?: SourceHead | null
  /** How the backbone's BatchNormalization behaves in training: by the batch's statistics, or by the stored ones. */
  batchNorm: 'train' | 'frozen'
}

/** Parts of a model that can have learning rates of their own. */
export type Part = 'backbone' | 'bottleneck' | 'projector' | 'classifier' | 'source'

const bottleneckNorm = { epsilon: 1e-5, momentum: 0.1 }

/** Functions that build the model into a program. Variables are named `<scope>/<part>/<weight>`. */
export class Model {
  readonly shape: ModelShape

  constructor(shape: ModelShape) {
    this.shape = shape
  }

  /** Width of what the heads see. */
  get width(): number {
    return this.shape.bottleneck?.width ?? this.shape.backbone.width
  }

  /** Starting values of all variables of a scope: the backbone's own weights and classifier, fresh heads.
   * Bottleneck N(0, 0.005) with bias 0.1 and classifier N(0, 0.01) with bias 0 as in TLlib and the released code; projector as torch.nn.Linear. */
  initial(scope: string, random: Draws): Record<string, HostTensor> {
    const { backbone, bottleneck, classes, projector, source } = this.shape
    const variables: Record<string, HostTensor> = {}
    const add = (name: string, value: HostTensor): void => void (variables[`${scope}/${name}`] = value)
    for (const [name, value] of Object.entries(backbone.variables(this.shape.cut))) add(`backbone/${name}`, value)
    if (bottleneck) {
      const { width } = bottleneck
      add('bottleneck/weight', normal([width, backbone.width], 0.005, random))
      add('bottleneck/bias', filled([width], 0.1))
      add('bottleneck/scale', filled([width], 1))
      add('bottleneck/shift', filled([width], 0))
      add('bottleneck/mean', filled([width], 0))
      add('bottleneck/variance', filled([width], 1))
    }
    add('classifier/weight', normal([classes, this.width], 0.01, random))
    add('classifier/bias', filled([classes], 0))
    if (source) {
      add('source/weight', source.weight)
      add('source/bias', source.bias)
    }
    if (projector !== null) {
      const bound = 1 / Math.sqrt(this.width)
      add('projector/weight', uniform([projector, this.width], bound, random))
      add('projector/bias', uniform([projector], bound, random))
    }
    return variables
  }

  /** Variables of a part that are trained (the backbone's frozen prefix and running statistics are not). */
  trainable(scope: string, part: Part): string[] {
    const { backbone, bottleneck, cut, projector, source } = this.shape
    const names: Record<Part, string[]> = {
      backbone: backbone.trainable(cut),
      bottleneck: bottleneck ? ['weight', 'bias', 'scale', 'shift'] : [],
      projector: projector === null ? [] : ['weight', 'bias'],
      classifier: ['weight', 'bias'],
      source: source ? ['weight', 'bias'] : [],
    }
    return names[part].map((name) => `${scope}/${part}/${name}`)
  }

  /** Input (images, or activations at the cut) -> feature [N, width]: the backbone's through the bottleneck.
   * @param onMap told the feature maps of the trained stages, as in `Backbone.forward` */
  encode(pass: Pass, scope: string, x: Value, onMap?: OnMap): Value {
    return this.bottleneck(pass, scope, this.feature(pass, scope, x, onMap))
  }

  /** Input (images, or activations at the cut) -> the backbone's own feature [N, F]. */
  feature(pass: Pass, scope: string, x: Value, onMap?: OnMap): Value {
    const { backbone, cut, batchNorm } = this.shape
    return backbone.forward(x, {
      from: cut,
      ...(onMap && { onMap }),
      dropout: (x, rate) => pass.dropout(x, rate),
      // No gradient flows through another encoder than the query's.
      ...(scope === 'query' && { onStage: (value) => pass.stageEnds.push(value) }),
      training: pass.training && batchNorm === 'train',
      get: (name) => pass.builder.get(`${scope}/backbone/${name}`),
      set: (name, value) => pass.builder.set(`${scope}/backbone/${name}`, value),
    })
  }

  /** The backbone's feature [N, F] -> feature [N, width]; itself where there is no bottleneck. */
  bottleneck(pass: Pass, scope: string, feature: Value): Value {
    const { bottleneck } = this.shape
    if (!bottleneck) return feature
    const get = (name: string): Value => pass.builder.get(`${scope}/bottleneck/${name}`)
    const hidden = linear(feature, get('weight'), get('bias'))
    return pass.dropout(g.relu(this.#bottleneckNorm(pass, `${scope}/bottleneck`, hidden)), bottleneck.dropout)
  }

  /** Input -> logits [N, classes]. */
  logits(pass: Pass, scope: string, x: Value): Value {
    return this.classify(pass, scope, this.encode(pass, scope, x))
  }

  /** Feature [N, width] -> logits [N, classes]. */
  classify(pass: Pass, scope: string, feature: Value): Value {
    return this.#head(pass, `${scope}/classifier`, feature)
  }

  /** The backbone's own feature [N, F] -> scores of its own classes [N, S]. */
  classifySource(pass: Pass, scope: string, feature: Value): Value {
    return this.#head(pass, `${scope}/source`, feature)
  }

  /** Feature [N, width] -> unit-length projection [N, D]. */
  project(pass: Pass, scope: string, feature: Value): Value {
    return l2Normalise(this.#head(pass, `${scope}/projector`, feature))
  }

  #head(pass: Pass, name: string, feature: Value): Value {
    return linear(feature, pass.builder.get(`${name}/weight`), pass.builder.get(`${name}/bias`))
  }

  #bottleneckNorm({ builder, training }: Pass, name: string, x: Value): Value {
    const get = (variable: string): Value => builder.get(`${name}/${variable}`)
    const { epsilon } = bottleneckNorm
    if (!training) return g.batchNormalization(x, get('scale'), get('shift'), get('mean'), get('variance'), epsilon)
    const running = { mean: get('mean'), variance: get('variance') }
    const { y, runningMean, runningVariance } = batchNormTraining(x, get('scale'), get('shift'), running, bottleneckNorm)
    builder.set(`${name}/mean`, runningMean)
    builder.set(`${name}/variance`, runningVariance)
    return y
  }
}

function normal(shape: number[], deviation: number, random: Draws): HostTensor {
  const t = tensor('float32', shape)
  for (let i = 0; i < t.data.length; i++) t.data[i] = random.normal(0, deviation)
  return t
}

function uniform(shape: number[], bound: number, random: Draws): HostTensor {
  const t = tensor('float32', shape)
  for (let i = 0; i < t.data.length; i++) t.data[i] = random.uniform(-bound, bound)
  return t
}
