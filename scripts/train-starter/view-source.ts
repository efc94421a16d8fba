// Training batches: the views that the teacher has seen, drawn again from the same seeds, its features of them, and labelled drawings beside them.
import type { Batch, BatchPart, BatchSource, BatchSourceState } from '../../src/core/data/batches.ts'
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

export interface DrawingsShown {
  readonly loader: ImageLoader
  /** The first so many of the loader's classes. */
  readonly species: number
  readonly recipe: ViewRecipe
  readonly batch: number
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
  /** Null: photos alone. */
  readonly drawings: DrawingsShown | null
  readonly resume?: BatchSourceState | undefined
}

interface Prepared {
  readonly batch: Promise<Batch>
  readonly targets: HostTensor
  /** After it. */
  readonly state: BatchSourceState
}

export class ViewSource implements BatchSource {
  readonly sampleShape: Shape
  readonly #options: ViewSourceOptions
  readonly #sampler: EpochSampler
  readonly #drawings: EpochSampler | null
  readonly #prepared: Prepared[] = []
  #state: BatchSourceState
  #targets: HostTensor | null = null

  constructor(options: ViewSourceOptions) {
    const { images, features, seed, resume, recipe, drawings } = options
    this.#options = options
    this.sampleShape = [3, recipe.size, recipe.size]
    const pairs = Array.from({ length: images.length * features.length }, (_, pair) => pair)
    this.#sampler = new EpochSampler(pairs, deriveSeed(seed, 'batches'))
    this.#drawings = drawings && new EpochSampler(numbersOf(drawings), deriveSeed(seed, 'drawings'))
    if (resume?.unlabelled) this.#sampler.state = resume.unlabelled
    if (resume?.labelled && this.#drawings) this.#drawings.state = resume.labelled
    this.#state = this.#now()
  }

  async next(): Promise<Batch> {
    while (this.#prepared.length < ahead) this.#prepare()
    const { batch, targets, state } = this.#prepared.shift()!
    const whole = await batch
    this.#state = state
    this.#targets = targets
    return whole
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
    await Promise.allSettled(this.#prepared.splice(0).map(({ batch }) => batch))
  }

  #now(): BatchSourceState {
    return { labelled: this.#drawings?.state ?? null, unlabelled: this.#sampler.state }
  }

  #prepare(): void {
    const { images, features, batch: count, width } = this.#options
    const { drawn } = this.#sampler.state
    const pairs = [...this.#sampler.next(count)].map((pair) => ({ photo: pair % images.length, view: Math.floor(pair / images.length) }))
    const targets = tensor('float32', [count, width])
    pairs.forEach(({ photo, view }, i) => targets.data.set(features[view]!.subarray(photo * width, (photo + 1) * width), i * width))
    const batch = Promise.all([this.#butterflies(drawn), this.#photos(pairs, drawn)]).then(([labelled, unlabelled]) => ({
      labelled,
      unlabelled,
    }))
    // A failure is thrown by the `next` that it belongs to; until then it must not count as unhandled.
    batch.catch(() => undefined)
    this.#prepared.push({ batch, targets, state: this.#now() })
  }

  /** @param drawn photos before these, in all */
  async #photos(pairs: readonly { readonly photo: number; readonly view: number }[], drawn: number): Promise<BatchPart> {
    const { loader, images, recipe, seed, viewSeed: shown } = this.#options
    const mirrored = new Random(deriveSeed(seed, 'mirror', drawn))
    const wanted = pairs.map(({ photo, view }) => ({
      index: images[photo]!,
      seed: seedOfView(shown, view),
      isMirrored: mirrored.uniform() < 0.5,
    }))
    const indices = Int32Array.from(wanted, ({ index }) => index)
    return { indices, labels: new Int32Array(indices.length).fill(-1), views: [await loadViews(loader, recipe, wanted)] }
  }

  async #butterflies(drawn: number): Promise<BatchPart | null> {
    const { drawings, seed } = this.#options
    if (!drawings || !this.#drawings) return null
    const { loader, recipe, batch } = drawings
    const indices = this.#drawings.next(batch)
    const wanted = [...indices].map((index) => ({ index, seed: deriveSeed(seed, 'drawing', drawn), isMirrored: false }))
    const labels = indices.map((index) => loader.set.images[index]?.class ?? -1)
    return { indices, labels, views: [await loadViews(loader, recipe, wanted)] }
  }
}

/** Of the images in the loader's set. */
function numbersOf({ loader, species }: DrawingsShown): number[] {
  return loader.set.images.flatMap(({ class: own }, number) => (own !== null && own < species ? [number] : []))
}

interface Wanted {
  /** In the loader's set. */
  readonly index: number
  readonly seed: number
  readonly isMirrored: boolean
}

/** A view of each image: [n, 3, size, size]. @throws Error naming a file that cannot be decoded */
async function loadViews(loader: ImageLoader, recipe: ViewRecipe, wanted: readonly Wanted[]): Promise<Float32Array> {
  const pixels = 3 * recipe.size ** 2
  const shared = new SharedArrayBuffer(wanted.length * pixels * 4)
  const requests = wanted.map(({ index, seed }, i) => ({
    index,
    views: [{ recipe: 0, seed: viewSeed(seed, index, 0), offset: i * pixels }],
  }))
  const whole = await loader.load(requests, [recipe], shared)
  if (whole.includes(false)) throw new Error(`${loader.broken[0]?.path}: ${loader.broken[0]?.reason}`)
  const result = new Float32Array(new Float32Array(shared))
  wanted.forEach(({ isMirrored }, i) => isMirrored && mirror(result.subarray(i * pixels, (i + 1) * pixels), recipe.size))
  return result
}

/** Turns every row of an image around, in place. */
function mirror(image: Float32Array, width: number): void {
  for (let row = 0; row < image.length; row += width) image.subarray(row, row + width).reverse()
}
