// Loads images for training and evaluation: decoded, cut and normalised on worker threads ahead of need.
import { availableParallelism } from 'node:os'
import { extname, join } from 'node:path'
import { DataError } from '../../core/data/data-error.ts'
import type { BatchSource, EvaluationBatch } from '../../core/data/batches.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'
import { viewSeed } from '../../core/data/views/view.ts'
import { ahead } from './ahead.ts'
import type { BrokenFile, Request, TrainingPlan, ViewMaker } from './plans.ts'
import { TrainingStream } from './training-stream.ts'
import type { ImageResult, ImageTask, SharedImage, ViewJob } from './view-job.ts'
import { WorkerPool } from './worker-pool.ts'

export interface LoaderOptions {
  /** Short side in pixels that images are kept at: the largest `shortSideOf` of the recipes. */
  readonly shortSide: number
  /** Views of the middle, as in evaluation, are made from all pixels, as the exported model makes them. Default true; false is faster. */
  readonly exact?: boolean
  /** Default: one for each processor, eight at most. */
  readonly threads?: number
  /** Memory for decoded images, kept from their first use on. Default 1 GiB; 0 keeps none. */
  readonly cacheBytes?: number
  /** Called once for each file that cannot be decoded. */
  readonly onBroken?: (file: BrokenFile) => void
}

/** Several views of each image of an ordered pass. */
export interface ViewsBatch {
  /** Images, n of them. */
  readonly indices: Int32Array
  /** [n * views, 3, size, size], the views of one image after another. */
  readonly views: Float32Array
}

/** Images a message to a worker: few enough to share a batch among the threads, enough to make messages cheap. */
const largestChunk = 8

/** Owns the worker threads and the decoded images of one image set. Results do not depend on the number of threads. */
export class ImageLoader implements ViewMaker {
  readonly set: ImageSet
  readonly #options: LoaderOptions
  readonly #threads: number
  readonly #pool: WorkerPool<ViewJob, ImageResult[]>
  /** By short side where exact, and number. */
  readonly #decoded = new Map<string, SharedImage>()
  readonly #broken = new Map<number, BrokenFile>()
  #freeBytes: number

  constructor(set: ImageSet, options: LoaderOptions) {
    this.set = set
    this.#options = options
    this.#threads = options.threads ?? Math.min(8, availableParallelism())
    this.#freeBytes = options.cacheBytes ?? 2 ** 30
    // The worker stands beside this file, as .ts from source and as .js in a bundle.
    const script = new URL(`./view-worker${extname(import.meta.url)}`, import.meta.url)
    this.#pool = new WorkerPool(script, this.#threads)
  }

  /** Files that could not be decoded so far, in the order in which they were found. */
  get broken(): readonly BrokenFile[] {
    return [...this.#broken.values()]
  }

  isBroken(index: number): boolean {
    return this.#broken.has(index)
  }

  /** Training batches without end. A broken image is replaced by the next one of its half's `indices` that can be decoded.
   * @throws DataError if there are no images to draw from, or recipes of different sizes. */
  training(plan: TrainingPlan): BatchSource {
    return new TrainingStream(this, plan)
  }

  /** Each of `indices` once, in order, `batch` images at a time; broken ones are left out. */
  async *ordered(indices: readonly number[], recipe: ViewRecipe, batch: number): AsyncGenerator<EvaluationBatch> {
    for await (const { indices: found, views } of this.views(indices, recipe, { count: 1, seed: 0, images: batch }))
      yield { indices: found, labels: found.map((index) => this.labelOf(index)), view: views }
  }

  /**
   * Each of `indices` once, in order, with `count` views each and `images` images a batch; broken ones are left out.
   * @param keyOf what identifies an image to the random generator of its views. Default: its number.
   */
  async *views(
    indices: readonly number[],
    recipe: ViewRecipe,
    { count, seed, images, keyOf = (index) => index }: ViewsOptions,
  ): AsyncGenerator<ViewsBatch> {
    const pixels = 3 * recipe.size * recipe.size
    const load = async (part: readonly number[]): Promise<ViewsBatch> => {
      const output = new SharedArrayBuffer(part.length * count * pixels * 4)
      const requests = part.map((index, position) => ({
        index,
        views: Array.from({ length: count }, (_, view) => ({
          recipe: 0,
          seed: viewSeed(seed, keyOf(index), view),
          offset: (position * count + view) * pixels,
        })),
      }))
      const whole = await this.load(requests, [recipe], output)
      const views = new Float32Array(whole.filter(Boolean).length * count * pixels)
      let at = 0
      for (const [position, isWhole] of whole.entries()) {
        if (!isWhole) continue
        views.set(new Float32Array(output, position * count * pixels * 4, count * pixels), at)
        at += count * pixels
      }
      return { indices: Int32Array.from(part.filter((_, position) => whole[position])), views }
    }
    const parts = Array.from({ length: Math.ceil(indices.length / images) }, (_, i) => indices.slice(i * images, (i + 1) * images))
    for await (const part of ahead(parts, load, 2)) if (part.indices.length > 0) yield part
  }

  /** Makes views on the worker threads and writes them into `output`. True for each image that could be decoded. */
  async load(requests: readonly Request[], recipes: readonly ViewRecipe[], output: SharedArrayBuffer): Promise<boolean[]> {
    const chunk = Math.max(1, Math.min(largestChunk, Math.ceil(requests.length / (2 * this.#threads))))
    const jobs: Promise<boolean[]>[] = []
    for (let i = 0; i < requests.length; i += chunk) jobs.push(this.#run(requests.slice(i, i + chunk), recipes, output))
    return (await Promise.all(jobs)).flat()
  }

  labelOf(index: number): number {
    return this.set.images[index]?.class ?? -1
  }

  async close(): Promise<void> {
    await this.#pool.close()
    this.#decoded.clear()
  }

  async #run(requests: readonly Request[], recipes: readonly ViewRecipe[], output: SharedArrayBuffer): Promise<boolean[]> {
    const whole = requests.filter(({ index }) => !this.#broken.has(index))
    if (whole.length > 0) {
      const { shortSide, exact } = this.#sideOf(recipes)
      const keyOf = (index: number): string => (exact ? `${shortSide}/${index}` : `${index}`)
      const images = whole.map(({ index, views }): ImageTask => ({
        path: this.#pathOf(index),
        image: this.#decoded.get(keyOf(index)) ?? null,
        views,
      }))
      const results = await this.#pool.run({
        recipes,
        shortSide,
        exact,
        returnImages: this.#freeBytes > 0,
        images,
        output,
      })
      for (const [i, { index }] of whole.entries()) this.#note(index, keyOf(index), results[i])
    }
    return requests.map(({ index }) => !this.#broken.has(index))
  }

  #sideOf(recipes: readonly ViewRecipe[]): { shortSide: number; exact: boolean } {
    const [first, ...others] = recipes
    const { exact = true, shortSide } = this.#options
    return exact && first?.crop.kind === 'center' && others.length === 0
      ? { shortSide: first.crop.shortSide, exact }
      : { shortSide, exact: false }
  }

  #note(index: number, key: string, result: ImageResult | undefined): void {
    if (!result) throw new Error(`no answer for image ${index}`)
    if ('broken' in result) {
      if (this.#broken.has(index)) return
      const file = { index, path: this.set.images[index]?.path ?? '', reason: result.broken }
      this.#broken.set(index, file)
      this.#options.onBroken?.(file)
    } else if (result.image && !this.#decoded.has(key) && result.image.data.byteLength <= this.#freeBytes) {
      this.#decoded.set(key, result.image)
      this.#freeBytes -= result.image.data.byteLength
    }
  }

  #pathOf(index: number): string {
    const image = this.set.images[index]
    if (!image) throw new DataError('bad-option', this.set.root, `expected an image number below ${this.set.images.length}, found ${index}`)
    return join(this.set.root, image.path)
  }
}

export interface ViewsOptions {
  readonly count: number
  readonly seed: number
  readonly images: number
  readonly keyOf?: (index: number) => number | string
}
