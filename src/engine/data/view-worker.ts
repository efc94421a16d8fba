// Worker thread of the loader: decodes images, makes their views and writes them into shared memory.
import { parentPort } from 'node:worker_threads'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import { fitShortSide } from '../../core/data/views/crops.ts'
import type { Image } from '../../core/data/views/image.ts'
import { normalise } from '../../core/data/views/normalise.ts'
import { makeView } from '../../core/data/views/view.ts'
import { Random } from '../../core/tensor/random.ts'
import { decodeFile, reduces } from './decode.ts'
import type { ImageResult, ImageTask, SharedImage, ViewJob } from './view-job.ts'
import type { Reply } from './worker-pool.ts'

const port = parentPort
if (!port) throw new Error('view-worker runs as a worker thread only')

port.on('message', ({ id, job }: { id: number; job: ViewJob }) => {
  run(job).then(
    (result) => port.postMessage({ id, result } satisfies Reply<ImageResult[]>),
    (error: unknown) => port.postMessage({ id, error: messageOf(error) } satisfies Reply<ImageResult[]>),
  )
})

/** A file that cannot be decoded is an answer, not an error: the job goes on. */
async function run(job: ViewJob): Promise<ImageResult[]> {
  const output = new Float32Array(job.output)
  const results: ImageResult[] = []
  for (const task of job.images) {
    try {
      const image = task.image ? { ...task.image, data: new Uint8Array(task.image.data) } : await decode(task.path, job)
      writeViews(image, task, job, output)
      results.push({ image: job.returnImages && !task.image ? share(image) : null })
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      results.push({ broken: error.message })
    }
  }
  return results
}

/** Fast: a sharper filter takes large images to twice the size, at which it hardly shows, and ours takes them the rest of the way. */
async function decode(path: string, { shortSide, exact }: ViewJob): Promise<Image> {
  if (exact) return fitShortSide(await decodeFile(path), shortSide, 'bilinear')
  const image = await decodeFile(path, { shortSide: 2 * shortSide })
  return reduces(image, shortSide) ? fitShortSide(image, shortSide, 'bilinear') : image
}

function writeViews(image: Image, task: ImageTask, job: ViewJob, output: Float32Array): void {
  for (const { recipe: number, seed, offset } of task.views) {
    const recipe = job.recipes[number]
    if (!recipe) throw new Error(`expected a recipe with number ${number}, found ${job.recipes.length} recipes`)
    normalise(makeView(image, recipe, new Random(seed)), recipe.normalize, output, offset)
  }
}

function share({ width, height, data }: Image): SharedImage {
  const shared = new SharedArrayBuffer(data.length)
  new Uint8Array(shared).set(data)
  return { width, height, data: shared }
}
