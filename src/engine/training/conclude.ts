// How a run ends: the model file, its test, how far the file is from what was trained, and the record of all this.
import { join } from 'node:path'
import type { Engine } from '../../core/graph/program.ts'
import { evaluationFileName } from '../../shared/manifest.ts'
import type { ResultOf } from '../../shared/results.ts'
import { writeFileAtomic, writeJson } from '../../node/files.ts'
import type { ImageLoader } from '../data/loader.ts'
import type { JobContext } from '../job.ts'
import type { Carried } from './carried.ts'
import { exportModel } from './export.ts'
import { finalModel, measureParity } from './final.ts'
import { accuracyOf, judge, writeEvaluation } from './judge.ts'
import type { Run } from './open-run.ts'
import type { Reporter } from './reporter.ts'
import { modelFileName } from './trained-model.ts'

/** Writes model.onnx, the evaluation and run.json. */
export async function conclude(
  run: Run,
  { carried, carriedBest }: Carried,
  engine: Engine,
  loader: ImageLoader,
  reporter: Reporter,
  context: JobContext,
): Promise<Omit<ResultOf<'train'>, 'job'>> {
  const { request, data, recipes } = run
  const { model, variables } = finalModel(run, carried)
  const path = join(request.out, modelFileName)
  const card = { classes: data.set.classes, recipe: recipes.evaluation, method: run.method.id }
  await writeFileAtomic(path, exportModel(model, variables, card))
  const held = [...data.validation, ...data.test]
  const judged = await judge(run, engine, loader, model, variables, held, (done) => reporter.task('testing', done, held.length))
  await writeEvaluation(join(request.out, evaluationFileName), run, judged)
  const validation = new Set(data.validation)
  const parity = await measureParity(
    run,
    judged.filter(({ index }) => validation.has(index)),
    path,
  )
  const result = {
    testAccuracy: accuracyOf(judged.filter(({ index }) => !validation.has(index))),
    validationAccuracy: carriedBest?.accuracy ?? null,
    seconds: reporter.seconds,
    imagesPerSecond: reporter.imagesPerSecond,
    ...(reporter.waitingShare !== null && { waitingShare: reporter.waitingShare }),
    model: path,
    steps: reporter.step,
    bestStep: carriedBest?.step ?? 0,
    images: {
      labelled: data.labelled.length,
      unlabelled: data.unlabelled.length,
      validation: data.validation.length,
      test: data.test.length,
    },
    exportDifference: parity.largestDifference,
  }
  await writeJson(join(request.out, 'run.json'), {
    ...run.record,
    result,
    parity,
    brokenFiles: loader.broken,
    fallbacks: reporter.fallbacks,
  })
  context.log(`trained ${path}`)
  return result
}
