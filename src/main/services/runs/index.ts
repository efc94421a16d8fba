// Service `runs`: training, queued one after another, paused and resumed, kept on the disk.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { RunConfig } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ResultOf } from '../../../shared/results.ts'
import { discard, systemTrash } from '../../trash.ts'
import type { Trash } from '../../trash.ts'
import type { OpenProject, Studio } from '../context.ts'
import { deviceFor } from '../devices/index.ts'
import { differences } from './compare.ts'
import { estimateRun } from './estimate.ts'
import { Checks } from './checks.ts'
import { ImageTables } from './image-tables.ts'
import { writeRequest } from './request.ts'
import { runResults } from './results.ts'
import type { RunsOfProject } from './results.ts'
import { RunScheduler } from './scheduler.ts'
import { requireTransition, resting } from './states.ts'
import { RunStore, runFolder } from './store.ts'
import { validateRun } from './validate.ts'
import type { Validation } from './validate.ts'

/** @param trash for tests, which have none @param retryEvery as in `RunScheduler` */
export function runs(studio: Studio, trash: Trash = systemTrash, retryEvery?: number): Handlers['runs'] {
  const scheduler = new RunScheduler(studio, retryEvery)
  const tables = new ImageTables(studio.projects)
  const checks = new Checks(studio.engine)
  let known: Promise<ResultOf<'methods'>> | null = null
  const validate = async (project: OpenProject, config: RunConfig, signal: AbortSignal): Promise<Validation> =>
    validateRun(studio, checks, await tables.read(project), config, signal)
  const at = (id: string): RunsOfProject => {
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
      const place = await deviceFor(studio, config)
      return studio.tasks.start({ kind: 'estimate', project: id, subject: config.method }, (context) =>
        estimateRun(studio, config, plan, place, context),
      )
    },
    start: async ({ project: id, config, name }, { signal }) => {
      const { project, store } = at(id)
      const plan = sound(await validate(project, config, signal))
      // Of a run for all its life: numbers are the same on the same device with the same number of threads.
      const place = await deviceFor(studio, config)
      const run = newId()
      const folder = runFolder(project, run)
      try {
        await writeRequest(studio, folder, config, plan, place)
        store.add(run, name, config)
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
      scheduler.joined(project, run)
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
      if (store.get(run).state !== 'queued') store.change(run, 'queued', { error: null })
      scheduler.joined(project, run)
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
    compare: ({ project: id, runs: ids }) => {
      const project = studio.projects.get(id)
      const compared = ids.map((run) => scheduler.run(project, run))
      return { runs: compared, differences: differences(compared) }
    },
    ...runResults(at),
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
