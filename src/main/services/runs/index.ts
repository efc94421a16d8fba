// Service `runs`: training, queued one after another, paused and resumed, kept on the disk.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { makeFolder } from '../../../node/files.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Run, RunConfig } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ResultOf } from '../../../shared/results.ts'
import { discard, systemTrash } from '../../trash.ts'
import type { Trash } from '../../trash.ts'
import type { OpenProject, Studio } from '../context.ts'
import { deviceFor } from '../devices/index.ts'
import { differences } from './compare.ts'
import { estimateRun } from './estimate.ts'
import { evaluate } from './evaluation.ts'
import { listCheckpoints, readHeader, readJudged, readLog, readMetrics } from './files.ts'
import { readImageTable } from './image-table.ts'
import { writeRequest } from './request.ts'
import { RunScheduler } from './scheduler.ts'
import { requireTransition, resting } from './states.ts'
import { RunStore, runFolder } from './store.ts'
import { validateRun } from './validate.ts'
import type { Validation } from './validate.ts'

/** @param trash for tests, which have none */
export function runs(studio: Studio, trash: Trash = systemTrash): Handlers['runs'] {
  const scheduler = new RunScheduler(studio)
  let known: Promise<ResultOf<'methods'>> | null = null
  const validate = async (project: OpenProject, config: RunConfig, signal: AbortSignal): Promise<Validation> =>
    validateRun(studio, await readImageTable(project), config, signal)
  const at = (id: string): { project: OpenProject; store: RunStore } => {
    const project = studio.projects.get(id)
    return { project, store: new RunStore(project) }
  }
  return {
    methods: async () => {
      known ??= studio.engine.run<'methods'>({ job: 'methods' }, { subject: 'listing the methods', priority: 'foreground' })
      known.catch(() => (known = null))
      const { methods, training } = await known
      return { methods, training }
    },
    validate: async ({ project, config }, { signal }) => {
      const { problems, warnings, plan } = await validate(studio.projects.get(project), config, signal)
      return {
        problems,
        warnings,
        images: plan?.counts ?? { labelled: 0, unlabelled: 0, validation: 0, test: 0 },
        classes: [...(plan?.labels ?? [])],
      }
    },
    estimate: async ({ project: id, config }, { signal }) => {
      const project = studio.projects.get(id)
      const plan = sound(await validate(project, config, signal))
      const place = await deviceFor(studio, config.device)
      return studio.tasks.start({ kind: 'estimate', project: id, subject: config.method }, (context) =>
        estimateRun(studio, config, plan, place, context),
      )
    },
    start: async ({ project: id, config, name }, { signal }) => {
      const { project, store } = at(id)
      const plan = sound(await validate(project, config, signal))
      // Of a run for all its life: numbers are the same on the same device with the same number of threads.
      const place = await deviceFor(studio, config.device)
      const run = newId()
      const folder = runFolder(project, run)
      try {
        await makeFolder(folder)
        await writeRequest(studio, folder, config, plan, place)
        store.add(run, name, config)
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
      scheduler.announce(project, run)
      scheduler.advance(project)
      return scheduler.run(project, run)
    },
    list: ({ project, state }) => ({
      runs: scheduler.runs(studio.projects.get(project)).filter((run) => state === undefined || run.state === state),
    }),
    get: ({ project, run }) => scheduler.run(studio.projects.get(project), run),
    rename: ({ project: id, run, name }) => {
      const { project, store } = at(id)
      store.get(run)
      store.rename(run, name)
      scheduler.announce(project, run)
      return scheduler.run(project, run)
    },
    pause: async ({ project: id, run }) => {
      const { project, store } = at(id)
      const { name, state } = store.get(run)
      requireTransition(name, state, 'paused')
      await scheduler.stop(run, 'pause')
      rest(project, store, run, 'paused')
      return scheduler.run(project, run)
    },
    resume: ({ project: id, run }) => {
      const { project, store } = at(id)
      store.change(run, 'queued', { error: null })
      scheduler.announce(project, run)
      scheduler.advance(project)
      return scheduler.run(project, run)
    },
    cancel: async ({ project: id, run, keepBest }) => {
      const { project, store } = at(id)
      const { name, state } = store.get(run)
      requireTransition(name, state, 'cancelled')
      await scheduler.stop(run, 'cancel', keepBest)
      rest(project, store, run, 'cancelled')
      if (keepBest) scheduler.finish(project, run)
      return scheduler.run(project, run)
    },
    delete: async ({ project: id, run }) => {
      const { project, store } = at(id)
      const { name, state } = store.get(run)
      if (state === 'running') throw new AppError('conflict', `run ${name}: expected it paused, cancelled or ended to delete it, found it running`)
      await scheduler.stop(run, 'pause')
      const folder = runFolder(project, run)
      if (existsSync(folder)) await discard(folder, trash, studio.log)
      store.delete(run)
      studio.events.emit('runs.deleted', { project: id, run })
      scheduler.announce(project, ...store.queue())
      return {}
    },
    move: ({ project: id, run, position }) => {
      const { project, store } = at(id)
      store.move(run, position)
      scheduler.announce(project, ...store.queue())
      scheduler.advance(project)
      return { runs: scheduler.runs(project) }
    },
    metrics: ({ project: id, run, after, limit }) => readMetrics(folderOf(at(id), run), after, limit),
    checkpoints: async ({ project: id, run }) => ({ checkpoints: await listCheckpoints(folderOf(at(id), run)) }),
    log: async ({ project: id, run, lines }) => ({ lines: await readLog(folderOf(at(id), run), lines) }),
    compare: ({ project: id, runs: ids }) => {
      const project = studio.projects.get(id)
      const compared = ids.map((run) => scheduler.run(project, run))
      return { runs: compared, differences: differences(compared) }
    },
    evaluation: async ({ project: id, run, split }) => {
      const { project, store } = at(id)
      const folder = runFolder(project, run)
      const judged = await readJudged(folder, store.get(run), split)
      const { classes } = await readHeader(folder)
      const evaluation = evaluate(judged, classes.length)
      return {
        ...evaluation,
        classes: classes.map(({ id: label, name }, i) => ({
          class: label,
          name,
          ...(evaluation.classes[i] ?? { images: 0, precision: null, recall: null, f1: null }),
        })),
      }
    },
    judged: async ({ project: id, run, split, truth, predicted, mistakes, offset, limit }) => {
      const { project, store } = at(id)
      const folder = runFolder(project, run)
      const all = await readJudged(folder, store.get(run), split)
      const { classes } = await readHeader(folder)
      const idOf = (index: number): number => classes[index]?.id ?? 0
      const chosen = all.filter(
        (image) =>
          (truth === undefined || idOf(image.truth) === truth) &&
          (predicted === undefined || idOf(image.predicted) === predicted) &&
          (!mistakes || image.truth !== image.predicted),
      )
      if (mistakes) chosen.sort((a, b) => b.loss - a.loss || (a.path < b.path ? -1 : 1))
      const images = chosen.slice(offset, offset + limit).map(({ id: image, path, truth: t, predicted: p, probability, loss }) => ({
        ...{ image, path, truth: idOf(t), predicted: idOf(p), probability, loss },
      }))
      return { images, total: chosen.length }
    },
  }

  /** For a run that the engine had no hand in. */
  function rest(project: OpenProject, store: RunStore, id: string, to: 'paused' | 'cancelled'): void {
    const { state } = store.get(id)
    if (state === to || (resting.has(state) && to === 'paused') || state === 'done') return
    const others = store.queue()
    store.change(id, to)
    scheduler.announce(project, ...new Set([id, ...others]))
    scheduler.advance(project)
  }
}

function folderOf({ project, store }: { project: OpenProject; store: RunStore }, run: string): string {
  return runFolder(project, store.get(run).id)
}

/** @throws AppError 'bad-option' with the first problem */
function sound({ problems: [first], plan }: Validation): NonNullable<Validation['plan']> {
  if (first || !plan)
    throw new AppError('bad-option', first?.message ?? 'a run: expected images to train on, found none', { details: { field: first?.field ?? null } })
  return plan
}

/** When it was made, and a little chance: folders sort by age. */
function newId(): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}

export type { Run }
