// Job `evaluate`: accuracy of an exported model on a labelled folder, class by class.
import { join } from 'node:path'
import { argMax } from '../../core/train/evaluation.ts'
import { DataError } from '../../core/data/data-error.ts'
import { AppError } from '../../shared/errors.ts'
import { decodeFile } from '../data/decode.ts'
import { readImageSet } from '../data/folders.ts'
import type { Job } from '../job.ts'
import { TrainedModel } from '../training/trained-model.ts'

export const evaluate: Job<'evaluate'> = async (request, { emit, signal, pause }) => {
  const start = performance.now()
  const model = await TrainedModel.open(request.model, 1)
  try {
    const { root, classes, images } = await readImageSet(request.images, { minimumClasses: 1 })
    const known = new Map(model.classes.map((name, index) => [name, index]))
    const foreign = classes.find((name) => !known.has(name))
    if (foreign !== undefined)
      throw new AppError('mismatch', `${request.images}: expected the model's classes (${shorten(model.classes)}), found '${foreign}'`)
    const counts = model.classes.map((name) => ({ name, images: 0, correct: 0 }))
    const tested = images.filter((image) => image.class !== null && (image.split === null || image.split === 'test'))
    const chosen = tested.length > 0 ? tested : images.filter((image) => image.class !== null)
    let skipped = 0
    for (const [done, image] of chosen.entries()) {
      if (signal.aborted) throw new AppError('stopped', `evaluation stopped after ${done} of ${chosen.length} images`)
      try {
        const label = known.get(classes[image.class ?? 0] ?? '') ?? 0
        const count = counts[label]
        const predicted = argMax(await model.predict(await decodeFile(join(root, image.path))))
        if (count) {
          count.images++
          if (predicted === label) count.correct++
        }
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        skipped++
        emit({ event: 'warning', message: error.message, file: image.path })
      }
      emit({ event: 'progress', task: 'evaluating', done: done + 1, total: chosen.length, unit: 'images' })
      await pause()
    }
    const total = counts.reduce((sum, count) => sum + count.images, 0)
    const correct = counts.reduce((sum, count) => sum + count.correct, 0)
    return {
      accuracy: total === 0 ? null : correct / total,
      images: total,
      skipped,
      classes: counts.filter((count) => count.images > 0),
      seconds: (performance.now() - start) / 1000,
    }
  } finally {
    await model.close()
  }
}

function shorten(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, … ${names.length} in all` : names.join(', ')
}
