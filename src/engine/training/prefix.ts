// The frozen part of a backbone, from images to its cut, weights baked in so that the engine can fold them.
import * as g from '../../core/graph/build.ts'
import type { Engine, Executable, State } from '../../core/graph/program.ts'
import type { Backbone, Cut } from '../../core/nn/backbone.ts'
import { ProgramBuilder } from '../../core/nn/program-builder.ts'
import { sizeOf, tensor } from '../../core/tensor/tensor.ts'

/** Views a call: enough to keep the processor busy, few enough to stay in its caches. */
const usualBatch = 32

export class PrefixFeatures {
  readonly batch: number
  readonly #engine: Engine
  readonly #backbone: Backbone
  readonly #cut: Cut
  #compiled: Promise<{ executable: Executable; state: State }> | null = null

  constructor(engine: Engine, backbone: Backbone, cut: Cut, batch = usualBatch) {
    this.batch = batch
    this.#engine = engine
    this.#backbone = backbone
    this.#cut = cut
  }

  /** Features [n, ...cut.shape] of n <= batch views [n, 3, H, W]. Compiled on first use: a full cache needs none. */
  async compute(views: Float32Array, n: number): Promise<Float32Array> {
    const { executable, state } = await (this.#compiled ??= this.#compile())
    const x = tensor('float32', this.#backbone.inputType(null, this.batch).shape)
    x.data.set(views)
    const { features } = await executable.run(state, { x })
    return (features?.data as Float32Array).slice(0, n * sizeOf(this.#cut.shape))
  }

  dispose(): void {
    void this.#compiled?.then(
      ({ executable, state }) => {
        executable.dispose()
        state.dispose()
      },
      // Whoever computed has been told, and nothing was made.
      () => undefined,
    )
  }

  async #compile(): Promise<{ executable: Executable; state: State }> {
    const variables = this.#backbone.variables(null)
    const builder = new ProgramBuilder(variables, () => true)
    const x = builder.feed('x', this.#backbone.inputType(null, this.batch))
    const features = this.#backbone.forward(x, { to: this.#cut, training: false, get: (name) => builder.get(name), set: () => undefined })
    const executable = await this.#engine.compile(builder.finish({ features: g.identity(features) }))
    return { executable, state: await this.#engine.createState({}) }
  }
}
