// Training batches of the views that the teacher has seen, drawn again from the same seeds, and with each batch the teacher's features.
import type { Batch, BatchSource, BatchSourceState } from '../../src/core/data/batches.ts'
import { EpochSampler } from '../../src/core/data/samplers.ts'
import type { ViewRecipe } from '../../src/core/data/views/recipe.ts'
import { viewSeed } from '../../src/core/data/views/view.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../src/core/tensor/tensor.ts'
import type { ImageLoader } from '../../src/engine/data/loader.ts'

/** Batches prepared ahead of need. */
const ahead = 3

/** Seed that one view of every photo is drawn from, by the loader's own rule. */
export function seedOfView(seed: number, view: number): number {
  return deriveSeed(seed, 'shown', view)
}

export interface ViewSourceOptions {
  readonly loader: ImageLoader
  /** Numbers of the photos in the loader's set. */
  readonly images: readonly number[]
  readonly recipe: ViewRecipe
  readonly batch: number
  /** Of the order and the mirroring. */
  readonly seed: number
  /** That the teacher's views were drawn from. */
  readonly viewSeed: number
  /** The teacher's features [images, width], a view each. */
  readonly features: readonly Float32Array[]
  readonly width: number
  readonly resume?: BatchSourceState | undefined
}

interface Prepared {
  readonly pixels: Promise<Float32Array>
  readonly targets: HostTensor
  readonly indices: Int32Array
  readonly state: BatchSourceState
}

export class ViewSource implements BatchSource {
  readonly sampleShape: Shape
  readonly #options: ViewSourceOptions
  readonly #sampler: EpochSampler
  readonly #prepared: Prepared[] = []
  #state: BatchSourceState
  #targets: HostTensor | null = null

  constructor(options: ViewSourceOptions) {
    const { images, features, seed, resume, recipe } = options
    this.#options = options
    this.sampleShape = [3, recipe.size, recipe.size]
    const pairs = Array.from({ length: images.length * features.length }, (_, pair) => pair)
    this.#sampler = new EpochSampler(pairs, deriveSeed(seed, 'batches'))
    if (resume?.unlabelled) this.#sampler.state = resume.unlabelled
    this.#state = this.#now()
  }

  async next(): Promise<Batch> {
    while (this.#prepared.length < ahead) this.#prepare()
    const { pixels, targets, indices, state } = this.#prepared.shift()!
    const view = await pixels
    this.#state = state
    this.#targets = targets
    return { labelled: null, unlabelled: { indices, labels: new Int32Array(indices.length).fill(-1), views: [view] } }
  }

  /** The teacher's features [batch, width] of the last batch. */
  get targets(): HostTensor {
    if (!this.#targets) throw new Error('no batch was drawn')
    return this.#targets
  }

  state(): BatchSourceState {
    return this.#state
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#prepared.splice(0).map(({ pixels }) => pixels))
  }

  #now(): BatchSourceState {
    return { labelled: null, unlabelled: this.#sampler.state }
  }

  #prepare(): void {
    const { images, features, batch, width, seed } = this.#options
    const { drawn } = this.#sampler.state
    const pairs = [...this.#sampler.next(batch)].map((pair) => ({ photo: pair % images.length, view: Math.floor(pair / images.length) }))
    const targets = tensor('float32', [batch, width])
    pairs.forEach(({ photo, view }, i) => targets.data.set(features[view]!.subarray(photo * width, (photo + 1) * width), i * width))
    const mirrored = new Random(deriveSeed(seed, 'mirror', drawn))
    const pixels = this.#load(
      pairs,
      pairs.map(() => mirrored.uniform() < 0.5),
    )
    // A failure is thrown by the `next` that it belongs to; until then it must not count as unhandled.
    pixels.catch(() => undefined)
    this.#prepared.push({ pixels, targets, indices: Int32Array.from(pairs, ({ photo }) => images[photo]!), state: this.#now() })
  }

  async #load(pairs: readonly { photo: number; view: number }[], mirrored: readonly boolean[]): Promise<Float32Array> {
    const { loader, images, recipe, viewSeed: shown } = this.#options
    const pixels = 3 * recipe.size ** 2
    const shared = new SharedArrayBuffer(pairs.length * pixels * 4)
    const requests = pairs.map(({ photo, view }, i) => ({
      index: images[photo]!,
      views: [{ recipe: 0, seed: viewSeed(seedOfView(shown, view), images[photo]!, 0), offset: i * pixels }],
    }))
    const whole = await loader.load(requests, [recipe], shared)
    if (whole.includes(false)) throw new Error(`${loader.broken[0]?.path}: ${loader.broken[0]?.reason}`)
    const result = new Float32Array(new Float32Array(shared))
    mirrored.forEach((turn, i) => turn && mirror(result.subarray(i * pixels, (i + 1) * pixels), recipe.size))
    return result
  }
}

/** Turns every row of an image around, in place. */
function mirror(image: Float32Array, width: number): void {
  for (let row = 0; row < image.length; row += width) image.subarray(row, row + width).reverse()
}
