// Job `features`: features of a project's images by a backbone, kept by content; and what they tell: classes of the nearest labelled images,
// and an order in which each image is unlike those before it.
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { readNdjson, writeFileAtomic } from '../../node/files.ts'
import { listedImage } from '../../shared/lines.ts'
import type { NeighbourLine } from '../../shared/lines.ts'
import { OnnxRuntimeEngine } from '../backends/onnxruntime/engine.ts'
import type { Job } from '../job.ts'
import { imageFeatures } from '../suggest/image-features.ts'
import { suggestFrom } from '../suggest/suggest.ts'
import { openNetwork } from '../training/open-run.ts'

export const features: Job<'features'> = async (request, context) => {
  const start = performance.now()
  const images = z.array(listedImage).parse(await readNdjson(request.list))
  const threads = request.threads ?? availableParallelism()
  const engine = new OnnxRuntimeEngine({ threads })
  try {
    const { store, computed } = await imageFeatures(engine, await openNetwork(request), { ...request, threads }, images, context)
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

function* textOf(lines: Iterable<NeighbourLine>): Generator<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`
}
