// Training batches made of fresh views of the images, prepared ahead of need.
import { DataError } from '../../core/data/data-error.ts'
import type { Batch, BatchPart, BatchSource, BatchSourceState } from '../../core/data/batches.ts'
import { BatchDraws, halves, type Draw, type Half } from '../../core/data/draws.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'
import { viewSeed } from '../../core/data/views/view.ts'
import type { Shape } from '../../core/tensor/tensor.ts'
import type { TrainingPlan, ViewMaker, ViewPlan } from './plans.ts'
import type { ViewTask } from './view-job.ts'

/** One place in a batch. */
interface Place {
  readonly half: Half
  readonly position: number
  /** Number of the draw in the run. */
  readonly draw: number
  /** Image that fills it; another one where that turns out to be broken. */
  index: number
  tries: number
}

/** A batch in shared memory. */
interface Made {
  readonly places: readonly Place[]
  readonly buffer: SharedArrayBuffer
}

interface Prepared {
  readonly made: Promise<Made>
  /** After this batch. */
  readonly state: BatchSourceState
}

export class TrainingStream implements BatchSource {
  readonly sampleShape: Shape
  readonly #loader: ViewMaker
  readonly #plan: TrainingPlan
  readonly #draws: BatchDraws
  readonly #prepared: Prepared[] = []
  /** Free ones. */
  readonly #buffers: SharedArrayBuffer[] = []
  /** What `next` gives out, again and again: new memory for each batch would take longer than filling it. */
  readonly #views: Record<Half, readonly Float32Array[]>
  readonly #recipes: readonly ViewRecipe[]
  /** Floats of one view. */
  readonly #viewSize: number
  readonly #batchBytes: number
  #state: BatchSourceState
  #closed = false

  constructor(loader: ViewMaker, plan: TrainingPlan) {
    this.#loader = loader
    this.#plan = plan
    this.#recipes = halves.flatMap((half) => plan[half]?.recipes ?? [])
    const sizes = new Set(this.#recipes.map(({ size }) => size))
    const [size] = sizes
    if (size === undefined || sizes.size > 1)
      throw new DataError(
        'bad-option',
        'views',
        `expected recipes of one size, found ${sizes.size === 0 ? 'none' : [...sizes].join(' and ')}`,
      )
    this.sampleShape = [3, size, size]
    this.#viewSize = 3 * size * size
    const views = halves.reduce((sum, half) => sum + (plan[half]?.batch ?? 0) * (plan[half]?.recipes.length ?? 0), 0)
    this.#batchBytes = views * this.#viewSize * 4
    const viewsOf = (half: Half): Float32Array[] =>
      (plan[half]?.recipes ?? []).map(() => new Float32Array((plan[half]?.batch ?? 0) * this.#viewSize))
    this.#views = { labelled: viewsOf('labelled'), unlabelled: viewsOf('unlabelled') }
    this.#draws = new BatchDraws(plan, plan.seed, plan.resume)
    this.#state = this.#draws.state
    this.#prepare()
  }

  async next(): Promise<Batch> {
    if (this.#closed) throw new Error('this batch source is closed')
    this.#prepare()
    const next = this.#prepared.shift()
    if (!next) throw new Error('no batch was prepared')
    this.#prepare()
    const { places, buffer } = await next.made
    this.#state = next.state
    const part = (half: Half): BatchPart | null => this.#part(half, places, buffer)
    const batch = { labelled: part('labelled'), unlabelled: part('unlabelled') }
    this.#buffers.push(buffer)
    return batch
  }

  state(): BatchSourceState {
    return this.#state
  }

  /** Waits for what is under way. The loader stays open: it has its own owner. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#prepared.splice(0).map(({ made }) => made))
  }

  #prepare(): void {
    const { prefetch = 2 } = this.#plan
    while (this.#prepared.length < Math.max(1, prefetch)) {
      const draws = this.#draws.next()
      const made = this.#make(draws)
      // A failure is thrown by the `next` that it belongs to; until then it must not count as unhandled.
      made.catch(() => undefined)
      this.#prepared.push({ made, state: this.#draws.state })
    }
  }

  async #make(draws: Record<Half, Draw | null>): Promise<Made> {
    const places = halves.flatMap((half) => placesOf(half, draws[half]))
    const buffer = this.#buffers.pop() ?? new SharedArrayBuffer(this.#batchBytes)
    // Broken images are replaced in rounds: hardly ever more than one.
    for (let open = places; open.length > 0;) {
      for (const place of open) while (this.#loader.isBroken(place.index)) this.#replace(place)
      const requests = open.map((place) => ({ index: place.index, views: this.#viewsOf(place) }))
      const whole = await this.#loader.load(requests, this.#recipes, buffer)
      open = open.filter((_, i) => !whole[i])
    }
    return { places, buffer }
  }

  #viewsOf({ half, index, draw, position }: Place): ViewTask[] {
    const plan = this.#planOf(half)
    const first = half === 'labelled' ? 0 : (this.#plan.labelled?.recipes.length ?? 0)
    return plan.recipes.map((_, view) => ({
      recipe: first + view,
      seed: viewSeed(this.#plan.seed, index, half, draw, view),
      offset: this.#offset(half, view) + position * this.#viewSize,
    }))
  }

  /** Where a view's array begins: the labelled half first, view after view. */
  #offset(half: Half, view: number): number {
    const { labelled } = this.#plan
    const before = half === 'labelled' || !labelled ? 0 : labelled.batch * labelled.recipes.length
    return (before + view * this.#planOf(half).batch) * this.#viewSize
  }

  #part(half: Half, places: readonly Place[], buffer: SharedArrayBuffer): BatchPart | null {
    if (!this.#plan[half]) return null
    const indices = Int32Array.from(places.filter((place) => place.half === half).map(({ index }) => index))
    const views = this.#views[half]
    // Copied out of shared memory, which ONNX Runtime refuses.
    for (const [i, view] of views.entries()) view.set(new Float32Array(buffer, this.#offset(half, i) * 4, view.length))
    return { indices, labels: indices.map((index) => this.#loader.labelOf(index)), views }
  }

  /** The next image of the half's list takes the place: a rule that does not depend on what has been found broken so far. */
  #replace(place: Place): void {
    const { indices } = this.#planOf(place.half)
    if (++place.tries > indices.length)
      throw new DataError(
        'bad-data',
        this.#loader.set.root,
        `expected ${place.half} images that can be decoded, found none among ${indices.length}`,
      )
    place.index = indices[(indices.indexOf(place.index) + 1) % indices.length] ?? 0
  }

  #planOf(half: Half): ViewPlan {
    const plan = this.#plan[half]
    if (!plan) throw new Error(`there is no ${half} half`)
    return plan
  }
}

function placesOf(half: Half, draw: Draw | null): Place[] {
  if (!draw) return []
  return Array.from(draw.indices, (index, position) => ({ half, position, draw: draw.first + position, index, tries: 0 }))
}
