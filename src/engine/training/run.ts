// A whole training run: data, backbone and settings in; phases one after another; model.onnx, run.json, metrics and checkpoints out.
import { join } from 'node:path'
import type { Engine } from '../../core/graph/program.ts'
import { shortSideOf } from '../../core/data/views/recipe.ts'
import { AppError } from '../../shared/errors.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import type { ResultOf } from '../../shared/results.ts'
import { openEngine } from '../backends/index.ts'
import type { Place } from '../backends/index.ts'
import { ImageLoader } from '../data/loader.ts'
import { makeFolder, NdjsonFile, removeTemporaries, writeJson } from '../../node/files.ts'
import type { JobContext } from '../job.ts'
import { bestOf, better, inRun } from './carried.ts'
import type { Carried } from './carried.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { conclude } from './conclude.ts'
import { MovableEngine } from './movable-engine.ts'
import { openRun } from './open-run.ts'
import type { Run } from './open-run.ts'
import { runPhase } from './phase.ts'
import { PseudoLabelTracker } from './pseudo-label-tracker.ts'
import { Reporter } from './reporter.ts'
import { PhaseSources } from './sources.ts'
import { Survival } from './survival.ts'

const diverged =
  'expected a validation with weights to keep, found none: the loss grew without end after every retry at half the rate; a smaller learningRate may help'

/** Trains, exports and tests. @param open the engine of a device @throws AppError 'stopped' after keeping a checkpoint, when the signal says so. */
export async function train(
  request: TrainRequest,
  context: JobContext,
  open: (place: Place) => Promise<Engine> = openEngine,
): Promise<Omit<ResultOf<'train'>, 'job'>> {
  try {
    return await runPhases(request, context, open)
  } catch (error) {
    // Reading and caching images end with the signal's own error.
    if (!context.signal.aborted || error !== context.signal.reason) throw error
    throw new AppError(
      'stopped',
      'stopped while reading the images; --resume with the same options goes on from the last checkpoint, if any',
      {
        cause: error,
      },
    )
  }
}

async function runPhases(
  request: TrainRequest,
  context: JobContext,
  open: (place: Place) => Promise<Engine>,
): Promise<Omit<ResultOf<'train'>, 'job'>> {
  const run = await openRun(request, context.signal)
  await makeFolder(join(request.out, 'checkpoints'))
  for (const folder of ['.', 'checkpoints']) await removeTemporaries(join(request.out, folder))
  for (const message of run.notes) context.emit({ event: 'log', message })
  const { data, recipes, threads } = run
  const openOn = (device?: string): Promise<Engine> =>
    open({
      device,
      threads,
      onFallback: (operators, program) => context.emit({ event: 'warning', message: leftOut(device, operators, program) }),
    })
  // The device of a run may be gone when it is resumed, and its weights are worth a model all the same.
  const others = new Set([...(request.fallbacks ?? []), ...(request.finish ? ['cpu'] : [])])
  const engine = await MovableEngine.begin(request.device, [...others], openOn)
  const loader = new ImageLoader(data.set, {
    threads,
    shortSide: Math.max(...Object.values(recipes).map(shortSideOf)),
    onBroken: ({ path, reason }) => context.emit({ event: 'warning', message: reason, file: path }),
  })
  const checkpointPath = join(request.out, 'checkpoints', 'last.safetensors')
  const resume = request.resume ? await readCheckpoint(checkpointPath, run.identity) : null
  await writeJson(join(request.out, 'run.json'), run.record)
  const metrics = await openMetrics(request.out, resume, run)
  const reporter = new Reporter(context, run, metrics)
  const tracker = new PseudoLabelTracker(data.set, data.ids)
  const sources = new PhaseSources(run, engine, loader, (task, done, total) => reporter.task(task, done, total), context.signal)
  try {
    reporter.start(engine.name, resume)
    if (engine.notice !== null) reporter.fallback(engine.notice)
    const survival = new Survival(run.settings, resume?.adapted ?? {}, engine, (message) => reporter.fallback(message))
    if (survival.notice !== null) reporter.fallback(survival.notice)
    // Of this run: what lies in the folder otherwise may be another's.
    let hasCheckpoint = resume !== null
    let carried: Carried = { carried: resume?.carried ?? {}, carriedBest: resume?.carriedBest ?? null }
    const finish = (kept: Carried): ReturnType<typeof conclude> =>
      survival.through(() => conclude(run, kept, engine, loader, reporter, context), 'no')
    if (request.finish) return await finish(bestOf(resume, reporter))
    for (const [index, phase] of run.phases.entries()) {
      if (resume && index < resume.phase) continue
      const before = carried
      const once = async (isFirst: boolean): ReturnType<typeof runPhase> => {
        reporter.phase(index)
        const kept = isFirst ? resume : hasCheckpoint ? await readCheckpoint(checkpointPath, run.identity) : null
        // It may be older than what was just changed, and a run that is killed before the next one goes on from it.
        if (kept && !isFirst) await writeCheckpoint(checkpointPath, { ...kept, adapted: survival.adapted })
        return await runPhase({
          engine,
          backbone: run.backbone,
          classes: data.set.classes.length,
          method: run.configured,
          settings: survival.settings,
          phase,
          seed: request.seed,
          counts: { images: data.set.images.length, unlabelled: data.unlabelled.length },
          data: sources,
          ...before,
          resume: kept?.phase === index ? kept : null,
          emit: (event) => reporter.training(event),
          tracker,
          onPseudoLabels: (step, report) => reporter.pseudoLabels(step, report),
          checkpoint: async (parts) => {
            await reporter.flush()
            await writeCheckpoint(checkpointPath, { identity: run.identity, phase: index, ...parts, ...before, adapted: survival.adapted })
            hasCheckpoint = true
          },
          pause: () => context.pause(),
          signal: context.signal,
        })
      }
      const { progress, best } = await survival.through(once, phase.depth === 'head' ? 'head' : 'backbone')
      if (context.signal.aborted)
        throw new AppError('stopped', `stopped at step ${reporter.step}; --resume with the same options goes on from there`)
      carried = better(carried, best, inRun(progress.kept, reporter.stepsBefore(index)))
    }
    if (!carried.carriedBest) throw new AppError('diverged', diverged)
    return await finish(carried)
  } finally {
    await reporter.flush()
    await metrics.close()
    await sources.close()
    await loader.close()
    await engine.dispose()
  }
}

function leftOut(device: string | undefined, operators: ReadonlyMap<string, number>, program: string): string {
  const names = [...operators].map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(', ')
  return `${device}: ${program} has operators that are computed on the processor: ${names}`
}

async function openMetrics(out: string, resume: Checkpoint | null, run: Run): Promise<NdjsonFile> {
  const path = join(out, 'metrics.ndjson')
  if (!resume) return NdjsonFile.open(path)
  const last = resume.progress.step + run.phases.slice(0, resume.phase).reduce((sum, { steps }) => sum + steps, 0)
  return NdjsonFile.open(path, (line) => typeof line === 'object' && line !== null && 'step' in line && Number(line.step) <= last)
}
