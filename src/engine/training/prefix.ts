// The frozen part of a backbone, from images to its cut, weights baked in so that the engine can fold them.
import * as g from '../../core/graph/build.ts'
import type { Engine, Program, State } from '../../core/graph/program.ts'
import type { Backbone, Cut } from '../../core/nn/backbone.ts'
import { ProgramBuilder } from '../../core/nn/program-builder.ts'
import { sizeOf, tensor } from '../../core/tensor/tensor.ts'
import { InParts } from './in-parts.ts'

/** Views a call: enough to keep the processor busy, few enough to stay in its caches. */
const usualBatch = 32

export class PrefixFeatures {
  readonly batch: number
  readonly #engine: Engine
  readonly #backbone: Backbone
  readonly #cut: Cut
  readonly #program: InParts
  #state: State | null = null

  constructor(engine: Engine, backbone: Backbone, cut: Cut, batch = usualBatch) {
    this.batch = batch
    this.#engine = engine
    this.#backbone = backbone
    this.#cut = cut
    this.#program = new InParts(engine, (views) => buildPrefix(backbone, cut, views), batch)
  }

  /** Features [n, ...cut.shape] of n <= batch views [n, 3, H, W]. Compiled on first use: a full cache needs none. */
  async compute(views: Float32Array, n: number): Promise<Float32Array> {
    this.#state ??= await this.#engine.createState({})
    const x = tensor('float32', this.#backbone.inputType(null, this.batch).shape)
    x.data.set(views)
    const { features } = await this.#program.run(this.#state, { x })
    return (features?.data as Float32Array).slice(0, n * sizeOf(this.#cut.shape))
  }

  dispose(): void {
    this.#program.dispose()
    this.#state?.dispose()
  }
}

function buildPrefix(backbone: Backbone, cut: Cut, batch: number): Program {
  const builder = new ProgramBuilder(backbone.variables(null), () => true)
  const x = builder.feed('x', backbone.inputType(null, batch))
  const features = backbone.forward(x, { to: cut, training: false, get: (name) => builder.get(name), set: () => undefined })
  return builder.finish({ features: g.identity(features) })
}
