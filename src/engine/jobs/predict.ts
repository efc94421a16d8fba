// Job `predict`: the most probable classes of single images, by an exported model.
import { DataError } from '../../core/data/data-error.ts'
import { AppError } from '../../shared/errors.ts'
import type { ResultOf } from '../../shared/results.ts'
import { decodeFile } from '../data/decode.ts'
import type { Job } from '../job.ts'
import { TrainedModel } from '../training/trained-model.ts'

type Prediction = ResultOf<'predict'>['predictions'][number]

/** Classes that a prediction lists at most. */
const top = 5

export const predict: Job<'predict'> = async (request, { emit, signal, pause }) => {
  const model = await TrainedModel.open(request.model, 1)
  try {
    const predictions: Prediction[] = []
    for (const image of request.images) {
      if (signal.aborted) throw new AppError('stopped', `prediction stopped after ${predictions.length} of ${request.images.length} images`)
      predictions.push(await predictOne(model, image))
      emit({ event: 'progress', task: 'predicting', done: predictions.length, total: request.images.length, unit: 'images' })
      await pause()
    }
    return { predictions }
  } finally {
    await model.close()
  }
}

async function predictOne(model: TrainedModel, image: string): Promise<Prediction> {
  try {
    const probabilities = await model.predict(await decodeFile(image))
    const ranked = model.classes.map((name, index) => ({ name, probability: probabilities[index] ?? 0 }))
    ranked.sort((a, b) => b.probability - a.probability)
    return { image, classes: ranked.slice(0, top) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { image, classes: [], problem: error.message }
  }
}
