// Cached features served as batches: the same interface as images, thousands of batches a second.
// Nothing here waits for a disk or a thread, so each batch first lets the event loop turn: else no message ("stop") would ever be heard.
import { setImmediate } from 'node:timers/promises'
import { DataError } from '../../core/data/data-error.ts'
import type { Batch, BatchPart, BatchSource, BatchSourceState, EvaluationBatch } from '../../core/data/batches.ts'
import { BatchDraws, halves, type Draw, type DrawPlan, type Half } from '../../core/data/draws.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import { deriveSeed, Random } from '../../core/tensor/random.ts'
import { sameShape, sizeOf, type Shape } from '../../core/tensor/tensor.ts'
import type { FeatureKey } from './feature-cache.ts'
import type { FeatureShard } from './feature-shard.ts'

/** Where the features of an image are. */
export interface Location {
  readonly shard: FeatureShard
  readonly row: number
}

/** Features of V views of each image of a set. */
export class FeatureStore {
  readonly shape: Shape
  /** V. */
  readonly views: number
  readonly set: ImageSet
  readonly #size: number
  readonly #locations: ReadonlyMap<number, Location>
  readonly #shards: readonly FeatureShard[]

  constructor(
    set: ImageSet,
    key: Pick<FeatureKey, 'shape' | 'views'>,
    locations: ReadonlyMap<number, Location>,
    shards: readonly FeatureShard[],
  ) {
    this.set = set
    this.shape = key.shape
    this.views = key.views
    this.#size = sizeOf(key.shape)
    this.#locations = locations
    this.#shards = shards
  }

  /** Kept in memory. */
  get bytes(): number {
    return this.#shards.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** False for images that could not be decoded, or were not asked for. */
  has(index: number): boolean {
    return this.#locations.has(index)
  }

  /** Copies the features of one view to `out` at `offset`. */
  read(index: number, view: number, out: Float32Array, offset: number): void {
    const location = this.#locations.get(index)
    if (!location || view >= this.views) throw new Error(`there are no features for view ${view} of image ${index}`)
    location.shard.read(location.row, view * this.#size, this.#size, out, offset)
  }

  labelOf(index: number): number {
    return this.set.images[index]?.class ?? -1
  }

  /** The first view of each of `indices` that there is, in order. */
  async *ordered(indices: readonly number[], batch: number): AsyncGenerator<EvaluationBatch> {
    const there = indices.filter((index) => this.has(index))
    for (let i = 0; i < there.length; i += batch) {
      await setImmediate()
      const part = Int32Array.from(there.slice(i, i + batch))
      const view = new Float32Array(part.length * this.#size)
      part.forEach((index, position) => this.read(index, 0, view, position * this.#size))
      yield { indices: part, labels: part.map((index) => this.labelOf(index)), view }
    }
  }

  close(): void {
    for (const shard of this.#shards) shard.close()
  }
}

function noneLeft(half: Half, asked: number): DataError {
  return new DataError('bad-data', `${half} images`, `expected at least one that can be decoded, found none among ${asked}`)
}

/** One half of the training batches: a store for each view. Views from the same store are always different ones. */
export interface FeaturePlan extends DrawPlan {
  readonly stores: readonly FeatureStore[]
}

export interface FeaturePlans {
  readonly labelled: FeaturePlan | null
  readonly unlabelled: FeaturePlan | null
  readonly seed: number
  readonly resume?: BatchSourceState | undefined
}

/** Training batches without end, from stores. Images that a store does not have are left out. The stores stay open. */
export class FeatureStream implements BatchSource {
  readonly sampleShape: Shape
  readonly #plans: FeaturePlans
  readonly #draws: BatchDraws
  readonly #size: number

  /** @throws DataError if there is no image to draw from, or fewer cached views than views asked for. */
  constructor(plans: FeaturePlans) {
    const stores = halves.flatMap((half) => plans[half]?.stores ?? [])
    const [first] = stores
    if (!first || stores.some(({ shape }) => !sameShape(shape, first.shape)))
      throw new DataError(
        'bad-option',
        'cached views',
        `expected features of one shape, found ${stores.map(({ shape }) => `[${shape.join(', ')}]`).join(', ') || 'none'}`,
      )
    for (const half of halves)
      for (const store of plans[half]?.stores ?? []) {
        const wanted = plans[half]?.stores.filter((other) => other === store).length ?? 0
        if (wanted > store.views)
          throw new DataError('bad-option', 'cached views', `expected at least ${wanted} of each image, found ${store.views}`)
      }
    this.sampleShape = first.shape
    this.#size = sizeOf(first.shape)
    this.#plans = plans
    const there = (half: Half): DrawPlan | null => {
      const plan = plans[half]
      if (!plan) return null
      const indices = plan.indices.filter((index) => plan.stores.every((store) => store.has(index)))
      if (indices.length === 0) throw noneLeft(half, plan.indices.length)
      return { ...plan, indices }
    }
    this.#draws = new BatchDraws({ labelled: there('labelled'), unlabelled: there('unlabelled') }, plans.seed, plans.resume)
  }

  async next(): Promise<Batch> {
    await setImmediate()
    const draws = this.#draws.next()
    return { labelled: this.#part('labelled', draws.labelled), unlabelled: this.#part('unlabelled', draws.unlabelled) }
  }

  state(): BatchSourceState {
    return this.#draws.state
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #part(half: Half, draw: Draw | null): BatchPart | null {
    const stores = this.#plans[half]?.stores ?? []
    const [store] = stores
    if (!draw || !store) return null
    const { indices, first } = draw
    const random = new Random(deriveSeed(this.#plans.seed, 'cached views', half, first))
    const views = stores.map(() => new Float32Array(indices.length * this.#size))
    indices.forEach((index, position) => {
      const taken = new Map<FeatureStore, number[]>()
      for (const [i, from] of stores.entries()) {
        const before = taken.get(from) ?? []
        const view = drawOther(random, from.views, before)
        taken.set(from, [...before, view])
        from.read(index, view, views[i]!, position * this.#size)
      }
    })
    return { indices, labels: indices.map((index) => store.labelOf(index)), views }
  }
}

/** Uniform among the numbers below `count` that are not in `taken`. */
function drawOther(random: Random, count: number, taken: readonly number[]): number {
  let view = random.integer(count - taken.length)
  for (const other of [...taken].sort((a, b) => a - b)) if (view >= other) view++
  return view
}
