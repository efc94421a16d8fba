// The teacher: its features of every view, computed once and kept in files, and its classifier as part of the student's graph.
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import * as g from '../../src/core/graph/build.ts'
import type { OnnxModel } from '../../src/core/graph/onnx/model.ts'
import type { Engine } from '../../src/core/graph/program.ts'
import type { Value } from '../../src/core/graph/value.ts'
import type { ViewRecipe } from '../../src/core/data/views/recipe.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { linear } from '../../src/core/nn/layers.ts'
import { readSafetensors, writeSafetensors } from '../../src/core/tensor/safetensors.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import type { ImageLoader } from '../../src/engine/data/loader.ts'
import { writeFileAtomic } from '../../src/node/files.ts'
import type { TeacherFile } from './recipe.ts'

/** Images a call. */
const batch = 32

export class Teacher {
  readonly width: number
  readonly #classifier: { readonly weight: HostTensor; readonly bias: HostTensor }
  readonly #backbone: Backbone

  constructor(model: OnnxModel, file: TeacherFile) {
    this.#classifier = classifierOf(model, file.pooled)
    this.#backbone = new Backbone(model, { imageSize: file.size, feature: file.pooled })
    this.width = this.#backbone.width
  }

  /** Features [N, width] -> logits [N, C], by its own frozen weights. */
  classify(features: Value): Value {
    const { weight, bias } = this.#classifier
    return linear(features, g.constant(weight), g.constant(bias))
  }

  /** Features [images, width] of one view of each image.
   * @param seed of the views */
  async features(engine: Engine, loader: ImageLoader, { images, recipe, seed, onProgress, signal }: FeatureRequest): Promise<Float32Array> {
    const x = g.input('x', this.#backbone.inputType(null, batch))
    const variables = this.#backbone.variables(null)
    const features = this.#backbone.forward(x, { training: false, get: (name) => g.constant(variables[name]!), set: () => undefined })
    const executable = await engine.compile({ feeds: { x }, reads: {}, outputs: { features }, updates: {} })
    const state = await engine.createState({})
    const found = new Float32Array(images.length * this.width)
    let done = 0
    try {
      for await (const part of loader.views(images, recipe, { count: 1, seed, images: batch })) {
        signal.throwIfAborted()
        const input = tensor('float32', x.shape)
        input.data.set(part.views)
        const result = await executable.run(state, { x: input })
        found.set((result.features?.data as Float32Array).subarray(0, part.indices.length * this.width), done * this.width)
        done += part.indices.length
        onProgress(part.indices.length)
      }
    } finally {
      executable.dispose()
      state.dispose()
    }
    if (done !== images.length) throw new Error(`expected ${images.length} photos that can be decoded, found ${done}`)
    return found
  }
}

/** The weights of the 1x1 convolution that makes logits of the pooled features, as those of a linear layer: as a convolution it would read them once an image. */
function classifierOf({ nodes, initialisers }: OnnxModel, pooled: string): { weight: HostTensor; bias: HostTensor } {
  const [, weight, bias] =
    nodes.find(({ op, inputs }) => op === 'Conv' && inputs[0] === pooled)?.inputs.map((name) => initialisers.get(name)) ?? []
  if (!weight || !bias) throw new Error(`expected a convolution with a bias on ${pooled} in the teacher's file, found none`)
  return { weight: tensor('float32', weight.shape.slice(0, 2), weight.data as Float32Array), bias }
}

export interface FeatureRequest {
  readonly images: readonly number[]
  readonly recipe: ViewRecipe
  readonly seed: number
  readonly onProgress: (images: number) => void
  readonly signal: AbortSignal
}

/** What a file holds, or what is computed now and kept in it. A file made with anything else is made anew.
 * @param identity of all that decides its content */
export async function kept(folder: string, name: string, identity: string, compute: () => Promise<Float32Array>): Promise<Float32Array> {
  const path = join(folder, `${name}.safetensors`)
  const bytes = await readFile(path).catch(() => null)
  if (bytes) {
    const { tensors, metadata } = readSafetensors(bytes)
    if (metadata.identity === identity && tensors.features) return tensors.features.data as Float32Array
  }
  const features = await compute()
  await writeFileAtomic(
    path,
    writeSafetensors({ tensors: { features: tensor('float32', [features.length], features) }, metadata: { identity } }),
  )
  return features
}
