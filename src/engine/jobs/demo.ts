// Job `demo`: a first complete run without any files of the user's. Draws butterflies and trains both methods on the same few labels.
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { trainRequestSchema } from '../../shared/requests.ts'
import type { ResultOf } from '../../shared/results.ts'
import { makeFolder } from '../../node/files.ts'
import type { Job, JobContext } from '../job.ts'
import { writeSampleImages } from '../sample/butterflies.ts'
import { sampleSet } from '../sample/sample-set.ts'
import { train } from '../training/run.ts'

const seed = 0
const labelsPerClass = 4
const methods = ['fine-tuning', 'self-tuning']

export const demo: Job<'demo'> = async ({ backbone, out }, context) => {
  const images = join(out, 'butterflies')
  await makeFolder(out)
  await stoppable(context.signal, async () => {
    say(context, `Drawing ${sampleSet.species.length} species of butterflies that differ only in the marks on their wings: ${images}`)
    await writeSampleImages(images, {
      ...sampleSet,
      seed,
      onProgress: (done, total) => context.emit({ event: 'progress', task: 'drawing', done, total, unit: 'images' }),
      signal: context.signal,
    })
  })
  const runs: ResultOf<'demo'>['runs'] = []
  for (const method of methods) {
    say(context, `Training with ${labelsPerClass} labels per species: ${method}`)
    const request = { job: 'train', method, images, backbone, labelsPerClass, seed, out: join(out, method) }
    const { testAccuracy, seconds, model } = await train(trainRequestSchema.parse(request), context)
    runs.push({ method, testAccuracy, seconds, model })
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

function say({ emit }: JobContext, message: string): void {
  emit({ event: 'log', message })
}
