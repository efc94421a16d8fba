// Where a phase's images come from: fresh views from the loader, or cached features where a prefix of the backbone is frozen.
import type { BatchSource, EvaluationBatch } from '../../core/data/batches.ts'
import type { Engine } from '../../core/graph/program.ts'
import type { ViewKind } from '../../core/methods/method.ts'
import type { Cut } from '../../core/nn/backbone.ts'
import { deriveSeed } from '../../core/tensor/random.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'
import type { Shape } from '../../core/tensor/tensor.ts'
import { shortSideOf } from '../../core/data/views/recipe.ts'
import type { RecipeName, ViewRecipe } from '../../core/data/views/recipe.ts'
import { cacheFeatures } from '../data/feature-cache.ts'
import type { FeatureKey } from '../data/feature-cache.ts'
import { hashImages } from '../data/content-hash.ts'
import type { FeatureType } from '../data/feature-shard.ts'
import { FeatureStream } from '../data/feature-store.ts'
import type { FeaturePlan, FeatureStore } from '../data/feature-store.ts'
import type { ImageLoader } from '../data/loader.ts'
import type { ViewPlan } from '../data/plans.ts'
import { featureFolder } from '../../node/feature-folder.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Run } from './open-run.ts'
import type { BatchSizes, PhaseData } from './phase.ts'
import { PrefixFeatures } from './prefix.ts'

/** Maps are kept in half precision; features of this size or less in single. */
const largestSingle = 2 ** 13
/** Features that a run keeps in memory at most, bytes; the rest is read from the disk. */
export const featureMemory = 2 * 2 ** 30
/** The views of an image are the same in every run, so that runs share their cache. */
const viewSeed = 0

export class PhaseSources implements PhaseData {
  readonly #run: Run
  readonly #engine: Engine
  readonly #loader: ImageLoader
  readonly #progress: (task: string, done: number, total: number) => void
  readonly #signal: AbortSignal
  readonly #stores = new Map<string, Promise<FeatureStore>>()
  /** Where the stores' features are taken, and what they keep in memory. */
  #cut: string | null = null
  #bytes = 0
  #hashes: ReturnType<typeof hashImages> | null = null

  constructor(
    run: Run,
    engine: Engine,
    loader: ImageLoader,
    progress: (task: string, done: number, total: number) => void,
    signal: AbortSignal,
  ) {
    this.#run = run
    this.#engine = engine
    this.#loader = loader
    this.#progress = progress
    this.#signal = signal
  }

  async training(cut: Cut | null, settings: BatchSizes, resume: Checkpoint['source'] | undefined): Promise<BatchSource> {
    const { data, configured, recipes, request } = this.#run
    const halves = {
      labelled: { indices: data.labelled, batch: settings.labelledBatch, kinds: configured.views.labelled },
      unlabelled: { indices: data.unlabelled, batch: settings.unlabelledBatch, kinds: configured.views.unlabelled },
    }
    const seed = deriveSeed(request.seed, 'batches')
    // Later phases read other features, or none.
    if (this.#cut !== (cut?.name ?? null)) await this.close()
    this.#cut = cut?.name ?? null
    if (!cut) {
      const plan = ({ indices, batch, kinds }: (typeof halves)['labelled']): ViewPlan | null =>
        kinds.length === 0 || indices.length === 0 ? null : { indices, batch, recipes: kinds.map((kind) => recipes[kind]) }
      return this.#loader.training({ labelled: plan(halves.labelled), unlabelled: plan(halves.unlabelled), seed, resume })
    }
    const plan = async ({ indices, batch, kinds }: (typeof halves)['labelled']): Promise<FeaturePlan | null> => {
      if (kinds.length === 0 || indices.length === 0) return null
      const stores: FeatureStore[] = []
      for (const kind of kinds) stores.push(await this.#trainingStore(cut, kind))
      return { indices, batch, stores }
    }
    return new FeatureStream({ labelled: await plan(halves.labelled), unlabelled: await plan(halves.unlabelled), seed, resume })
  }

  async *validation(cut: Cut | null, batch: number): AsyncGenerator<EvaluationBatch> {
    const { data, recipes } = this.#run
    if (!cut) yield* this.#loader.ordered(data.validation, recipes.evaluation, batch)
    else yield* (await this.#store(cut, 'evaluation', data.validation, 1)).ordered(data.validation, batch)
  }

  async close(): Promise<void> {
    for (const store of this.#stores.values()) await store.then((opened) => opened.close(), () => undefined) // prettier-ignore
    this.#stores.clear()
    this.#bytes = 0
  }

  /** One store for both halves of the batches. */
  #trainingStore(cut: Cut, kind: ViewKind): Promise<FeatureStore> {
    const { settings } = this.#run
    return this.#store(cut, kind, imagesWith(this.#run, kind), settings.cachedViews)
  }

  #store(cut: Cut, recipe: RecipeName, indices: readonly number[], views: number): Promise<FeatureStore> {
    const key = JSON.stringify([cut.name, recipe])
    let store = this.#stores.get(key)
    if (!store) {
      this.#stores.set(key, (store = this.#open(cut, recipe, indices, views)))
      // Opened anew where it is asked for again, on another device.
      store.catch(() => this.#stores.delete(key))
    }
    return store
  }

  async #open(cut: Cut, name: RecipeName, indices: readonly number[], views: number): Promise<FeatureStore> {
    const { backbone, recipes } = this.#run
    const prefix = new PrefixFeatures(this.#engine, backbone, cut)
    try {
      const store = await cacheFeatures({
        folder: featureFolder(),
        key: featureKey(this.#run, this.#engine, cut, recipes[name], views),
        loader: this.#loader,
        indices,
        hashes: await this.#contentHashes(),
        memoryBytes: featureMemory - this.#bytes,
        compute: (images, n) => prefix.compute(images, n),
        batch: prefix.batch,
        onProgress: (done, total) => this.#progress(name === 'evaluation' ? 'caching validation images' : 'caching views', done, total),
        signal: this.#signal,
      })
      this.#bytes += store.bytes
      return store
    } finally {
      prefix.dispose()
    }
  }

  /** Of all images of the run: each is read for it once. */
  #contentHashes(): ReturnType<typeof hashImages> {
    const { labelled, unlabelled, validation } = this.#run.data
    return (this.#hashes ??= hashImages(this.#loader.set, [...labelled, ...unlabelled, ...validation], this.#signal))
  }
}

/** Images for training of which a step sees views of a kind. */
export function imagesWith({ data, configured: { views } }: Run, kind: ViewKind): number[] {
  return [...(views.labelled.includes(kind) ? data.labelled : []), ...(views.unlabelled.includes(kind) ? data.unlabelled : [])]
}

/** What identifies the features of views behind a cut, in this run and all others on the same kind of engine. */
export function featureKey({ backboneHash, recipes }: Run, { kind }: Engine, cut: Cut, recipe: ViewRecipe, views: number): FeatureKey {
  return {
    backbone: backboneHash,
    engine: kind,
    cut: cut.name,
    recipe,
    shortSide: Math.max(...Object.values(recipes).map(shortSideOf)),
    exact: recipe === recipes.evaluation,
    seed: viewSeed,
    views,
    shape: cut.shape,
    dtype: featureType(cut.shape),
  }
}

function featureType(shape: Shape): FeatureType {
  return sizeOf(shape) <= largestSingle ? 'float32' : 'float16'
}

/** That the features of one view take. */
export function featureBytes(shape: Shape): number {
  return sizeOf(shape) * (featureType(shape) === 'float32' ? 4 : 2)
}
