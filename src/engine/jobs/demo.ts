// Job `demo`: a first complete run without any files of the user's. Draws butterflies, pre-trains a small network on invented species, and
// trains both methods on a few labels of eight others.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOnnx } from '../../core/graph/onnx/read.ts'
import { AppError } from '../../shared/errors.ts'
import { trainRequestSchema } from '../../shared/requests.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import type { ResultOf } from '../../shared/results.ts'
import { makeFolder, writeFileAtomic } from '../files.ts'
import type { Job, JobContext } from '../job.ts'
import { sampleBackbone, trainedWeights } from '../sample/backbone.ts'
import { writeSampleImages } from '../sample/butterflies.ts'
import type { SampleSet } from '../sample/butterflies.ts'
import { inventedSpecies } from '../sample/invented.ts'
import { speciesList } from '../sample/species.ts'
import { train } from '../training/run.ts'

const imageSize = 80
const labelsPerClass = 4
const seed = 0

const sample: SampleSet = { species: speciesList, counts: { train: 50, validation: 10, test: 40 }, seed }
/** Pre-training: other species, all labelled. */
const source: SampleSet = {
  species: Array.from({ length: 32 }, (_, i) => inventedSpecies(i + 1)),
  counts: { train: 16, validation: 2, test: 2 },
  seed: 1,
  size: 96,
}

export const demo: Job<'demo'> = async ({ out }, context) => {
  const folder = (name: string): string => join(out, name)
  const backbone = folder('backbone.onnx')
  await makeFolder(out)
  await draw('drawing other species', folder('other-species'), source, context)
  await draw('drawing butterflies', folder('butterflies'), sample, context)
  await pretrain(backbone, folder('other-species'), folder('pre-training'), context)

  const runs: ResultOf<'demo'>['runs'] = []
  for (const method of ['fine-tuning', 'self-tuning']) {
    const run = folder(method)
    say(context, `${method}: ${labelsPerClass} labels of each of ${speciesList.length} species`)
    const request = { images: folder('butterflies'), backbone, method, labelsPerClass, budget: 'quick', out: run }
    const { testAccuracy, seconds, model } = await train(complete(request), context)
    runs.push({ method, testAccuracy, seconds, model })
  }
  return { images: folder('butterflies'), runs }
}

async function draw(task: string, folder: string, set: SampleSet, { emit, signal, pause }: JobContext): Promise<void> {
  await writeSampleImages(folder, set, (done, total) => emit({ event: 'progress', task, done, total, unit: 'images' }))
  await pause()
  if (signal.aborted) throw new AppError('stopped', 'stopped while drawing; the same command begins anew')
}

/** Trains all layers of a seeded network on the other species, and keeps its backbone. */
async function pretrain(backbone: string, images: string, out: string, context: JobContext): Promise<void> {
  say(context, `pre-training a small network on ${source.species.length} other species`)
  await writeFileAtomic(backbone, sampleBackbone(imageSize, seed))
  const settings = {
    backboneRate: 1,
    bottleneck: 0,
    dropout: 0,
    learningRate: 0.6,
    validations: 2,
    plainShare: 0,
    cropScale: 0.6,
    view: 'weak',
  }
  const request = { images, backbone, method: 'fine-tuning', depth: 'all', steps: 300, batch: 48, settings, out }
  const { model } = await train(complete(request), context)
  await writeFileAtomic(backbone, sampleBackbone(imageSize, seed, trainedWeights(readOnnx(await readFile(model)))))
}

function complete(request: Partial<TrainRequest>): TrainRequest {
  return trainRequestSchema.parse({ job: 'train', imageSize, seed, ...request })
}

function say({ emit }: JobContext, message: string): void {
  emit({ event: 'log', message })
}
