// Job `demo`: a first complete run without any files of the user's. Draws butterflies, makes a small backbone, and trains both methods
// on the same few labels.
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { trainRequestSchema } from '../../shared/requests.ts'
import type { ResultOf } from '../../shared/results.ts'
import { makeFolder } from '../../node/files.ts'
import type { Job, JobContext } from '../job.ts'
import { otherSpecies, sampleImageSize, writeSampleBackbone } from '../sample/backbone.ts'
import { writeSampleImages } from '../sample/butterflies.ts'
import { sampleSpecies } from '../sample/species.ts'
import { train } from '../training/run.ts'

const seed = 0
const labelsPerClass = 3
const perSpecies = { train: 50, validation: 8, test: 24 }
/** The same steps, labels and views for both methods. */
const steps = 2000
const settings = { cropScale: 0.5, bottleneck: 256, validations: 10 }
const methods = [
  { method: 'fine-tuning', settings },
  { method: 'self-tuning', settings: { ...settings, projection: 128 } },
]

export const demo: Job<'demo'> = async ({ out }, context) => {
  const images = join(out, 'butterflies')
  const backbone = join(out, 'backbone.onnx')
  await makeFolder(out)
  await stoppable(context.signal, async () => {
    say(context, `Drawing ${sampleSpecies.length} species of butterflies that differ only in the marks on their wings: ${images}`)
    await writeSampleImages(images, {
      species: sampleSpecies,
      perSpecies,
      seed,
      onProgress: progress('drawing', context),
      signal: context.signal,
    })
    say(context, `Making a small backbone from fixed wavelets and drawings of ${otherSpecies} other species: ${backbone}`)
    await writeSampleBackbone(backbone, { seed, onProgress: progress('drawing other species', context), signal: context.signal })
  })
  const runs: ResultOf<'demo'>['runs'] = []
  for (const choice of methods) {
    say(context, `Training with ${labelsPerClass} labels per species: ${choice.method}`)
    const request = { job: 'train', images, backbone, labelsPerClass, seed, imageSize: sampleImageSize, depth: 'head', steps }
    const { testAccuracy, seconds, model } = await train(
      trainRequestSchema.parse({ ...request, ...choice, out: join(out, choice.method) }),
      context,
    )
    runs.push({ method: choice.method, testAccuracy, seconds, model })
  }
  return { images, runs }
}

/** Turns the signal's own error into the user's. */
async function stoppable(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (signal.aborted) throw new AppError('stopped', 'stopped while drawing; the same command begins anew', { cause: error })
    throw error
  }
}

function progress(task: string, { emit }: JobContext): (done: number, total: number) => void {
  return (done, total) => emit({ event: 'progress', task, done, total, unit: 'images' })
}

function say({ emit }: JobContext, message: string): void {
  emit({ event: 'log', message })
}
