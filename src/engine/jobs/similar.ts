// Job `similar`: the images most like one, by cached features.
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { readNdjson } from '../../node/files.ts'
import { listedImage } from '../../shared/lines.ts'
import type { ListedImage } from '../../shared/lines.ts'
import type { RequestOf } from '../../shared/requests.ts'
import { engineKind, OnnxRuntimeEngine } from '../backends/onnxruntime/engine.ts'
import { cachedImages } from '../data/feature-cache.ts'
import type { FeatureKey } from '../data/feature-cache.ts'
import { fileFacts } from '../data/file-facts.ts'
import type { Job, JobContext } from '../job.ts'
import { imageFeatureKey, imageFeatures } from '../suggest/image-features.ts'
import { mostSimilar } from '../data/most-similar.ts'
import { featureFolder } from '../../node/feature-folder.ts'
import type { Network } from '../training/open-run.ts'
import { recentNetwork } from '../training/recent-network.ts'

/** One image is computed alone, more in batches. */
const alone = 1

export const similar: Job<'similar'> = async (request, context) => {
  const images = z.array(listedImage).parse(await readNdjson(request.list))
  const { file } = request.image
  const hash = request.image.hash ?? (await fileFacts(file))?.hash
  if (!hash) return { images: [], known: false, compared: 0 }
  const network = await recentNetwork(request)
  // Computed there by the job `features` too.
  const key = imageFeatureKey(network, request.backboneHash, engineKind('cpu'))
  const folder = request.cache ?? featureFolder()
  if (request.compute !== undefined) await computeMissing(request, folder, network, key, { file, hash }, images, context)
  const ids = new Map<string, number[]>()
  for (const { id, hash: other } of images) {
    const same = ids.get(other)
    if (same) same.push(id)
    else ids.set(other, [id])
  }
  const found = await mostSimilar(folder, key, hash, ids, request.count, context.pause)
  return { images: found?.images ?? [], known: found !== null, compared: found?.compared ?? 0 }
}

async function computeMissing(
  { compute = 0, threads = availableParallelism(), ...request }: RequestOf<'similar'>,
  folder: string,
  network: Network,
  key: FeatureKey,
  image: Pick<ListedImage, 'file' | 'hash'>,
  images: readonly ListedImage[],
  context: JobContext,
): Promise<void> {
  const there = cachedImages(folder, key)
  const others = images.filter(({ hash }) => !there.has(hash) && hash !== image.hash).slice(0, compute)
  const missing = there.has(image.hash) ? others : [image, ...others]
  if (missing.length === 0) return
  const engine = new OnnxRuntimeEngine({ threads })
  const options = { ...request, cache: folder, threads, memoryBytes: 0, ...(missing.length === alone && { batch: alone }) }
  try {
    const { store } = await imageFeatures(engine, network, options, missing, context)
    store.close()
  } finally {
    await engine.dispose()
  }
}
