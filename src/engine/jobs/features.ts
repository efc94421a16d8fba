// Job `features`: features of a project's images by a backbone, kept by content; and what they tell: classes of the nearest labelled images,
// and an order in which each image is unlike those before it.
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { recipe, shortSideOf } from '../../core/data/views/recipe.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import { readNdjson, writeFileAtomic } from '../../node/files.ts'
import { AppError } from '../../shared/errors.ts'
import { listedImage } from '../../shared/lines.ts'
import type { ListedImage, NeighbourLine } from '../../shared/lines.ts'
import type { RequestOf } from '../../shared/requests.ts'
import { OnnxRuntimeEngine } from '../backends/onnxruntime/engine.ts'
import { cacheFeatures } from '../data/feature-cache.ts'
import type { FeatureKey } from '../data/feature-cache.ts'
import type { FeatureStore } from '../data/feature-store.ts'
import { ImageLoader } from '../data/loader.ts'
import type { Job, JobContext } from '../job.ts'
import { suggestFrom } from '../suggest/suggest.ts'
import { cacheFolder } from '../training/cache-folder.ts'
import { openNetwork } from '../training/open-run.ts'
import { PrefixFeatures } from '../training/prefix.ts'

export const features: Job<'features'> = async (request, context) => {
  const start = performance.now()
  const images = z.array(listedImage).parse(await readNdjson(request.list))
  const threads = request.threads ?? availableParallelism()
  const engine = new OnnxRuntimeEngine({ threads })
  try {
    const { store, computed } = await featuresOf(engine, threads, request, images, context)
    try {
      const known = [...images.keys()].filter((index) => store.has(index))
      const lines = await suggestFrom(engine, store, images, known, context)
      await writeFileAtomic(request.results, textOf(lines))
      return { images: known.length, computed, unreadable: images.length - known.length, seconds: (performance.now() - start) / 1000 }
    } finally {
      store.close()
    }
  } finally {
    await engine.dispose()
  }
}

async function featuresOf(
  engine: OnnxRuntimeEngine,
  threads: number,
  request: RequestOf<'features'>,
  images: readonly ListedImage[],
  { emit, signal }: JobContext,
): Promise<{ store: FeatureStore; computed: number }> {
  const { backbone, imageSize, normalize } = await openNetwork(request)
  const view = recipe('evaluation', { size: imageSize, normalize })
  const prefix = new PrefixFeatures(engine, backbone, backbone.head)
  const shortSide = shortSideOf(view)
  const set: ImageSet = {
    root: '',
    layout: 'csv',
    classes: [],
    images: images.map(({ file }) => ({ path: file, class: null, split: null, bytes: 0 })),
    skipped: [],
  }
  const onBroken = ({ path, reason }: { path: string; reason: string }): void => emit({ event: 'warning', message: reason, file: path })
  const loader = new ImageLoader(set, { shortSide, exact: false, threads, cacheBytes: 0, onBroken })
  const key: FeatureKey = {
    backbone: request.backboneHash,
    cut: backbone.head.name,
    recipe: view,
    shortSide,
    seed: 0,
    views: 1,
    shape: backbone.head.shape,
    dtype: 'float16',
  }
  let before: number | null = null
  let computed = 0
  try {
    const store = await cacheFeatures({
      folder: request.cache ?? cacheFolder(),
      key,
      loader,
      indices: [...images.keys()],
      hashes: new Map(images.map(({ hash }, index) => [index, hash])),
      compute: (views, n) => prefix.compute(views, n),
      batch: prefix.batch,
      signal,
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

function* textOf(lines: Iterable<NeighbourLine>): Generator<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`
}
