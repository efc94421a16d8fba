// Features of images by a backbone's head, one view of the middle each, kept by content for all who ask.
import { recipe, shortSideOf } from '../../core/data/views/recipe.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { Engine } from '../../core/graph/program.ts'
import { AppError } from '../../shared/errors.ts'
import type { ListedImage } from '../../shared/lines.ts'
import type { RequestOf } from '../../shared/requests.ts'
import { cacheFeatures } from '../data/feature-cache.ts'
import type { FeatureKey } from '../data/feature-cache.ts'
import type { FeatureStore } from '../data/feature-store.ts'
import { ImageLoader } from '../data/loader.ts'
import type { JobContext } from '../job.ts'
import { featureFolder } from '../../node/feature-folder.ts'
import type { Network } from '../training/open-run.ts'
import { PrefixFeatures } from '../training/prefix.ts'

type Options = Pick<RequestOf<'features'>, 'backboneHash' | 'cache'> & {
  readonly threads: number
  /** Images a call of the engine; absent = what is fastest for many. */
  readonly batch?: number
  /** Features kept in memory at most; absent = as much as is usual. */
  readonly memoryBytes?: number
}

/** What identifies them among all cached features.
 * @param engine `kind` of the one that computes them */
export function imageFeatureKey({ backbone, imageSize, normalize }: Network, backboneHash: string, engine: string): FeatureKey {
  const view = recipe('evaluation', { size: imageSize, normalize })
  return {
    backbone: backboneHash,
    engine,
    cut: backbone.head.name,
    recipe: view,
    shortSide: shortSideOf(view),
    exact: false,
    seed: 0,
    views: 1,
    shape: backbone.head.shape,
    dtype: 'float16',
  }
}

/** Opens the cache and computes what is missing in it. Images that cannot be read are left out, with a warning.
 * @returns features by the images' numbers in the list, and of how many they were computed now
 * @throws AppError 'stopped' */
export async function imageFeatures(
  engine: Engine,
  network: Network,
  { backboneHash, cache, threads, batch, memoryBytes }: Options,
  images: readonly Pick<ListedImage, 'file' | 'hash'>[],
  { emit, signal }: Pick<JobContext, 'emit' | 'signal'>,
): Promise<{ store: FeatureStore; computed: number }> {
  const key = imageFeatureKey(network, backboneHash, engine.kind)
  const prefix = new PrefixFeatures(engine, network.backbone, network.backbone.head, batch)
  const set: ImageSet = {
    root: '',
    layout: 'csv',
    classes: [],
    images: images.map(({ file }) => ({ path: file, class: null, split: null, bytes: 0 })),
    skipped: [],
  }
  const onBroken = ({ path, reason }: { path: string; reason: string }): void => emit({ event: 'warning', message: reason, file: path })
  const loader = new ImageLoader(set, { shortSide: key.shortSide, exact: key.exact, threads, cacheBytes: 0, onBroken })
  let before: number | null = null
  let computed = 0
  try {
    const store = await cacheFeatures({
      folder: cache ?? featureFolder(),
      key,
      loader,
      indices: [...images.keys()],
      hashes: new Map(images.map(({ hash }, index) => [index, hash])),
      compute: (views, n) => prefix.compute(views, n),
      batch: prefix.batch,
      signal,
      ...(memoryBytes !== undefined && { memoryBytes }),
      onProgress: (done, total) => {
        before ??= done
        computed = done - before
        emit({ event: 'progress', task: 'reading images', done, total, unit: 'images' })
      },
    })
    return { store, computed }
  } catch (error) {
    if (signal.aborted) throw new AppError('stopped', `stopped; the features of ${computed} images more are kept`, { cause: error })
    throw error
  } finally {
    prefix.dispose()
    await loader.close()
  }
}
