// Takes runs from the queue to the engine, one of a project at a time, and writes down what becomes of them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, RunState } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import type { JobEvent } from '../../../shared/events.ts'
import type { ResultOf } from '../../../shared/results.ts'
import type { OpenProject, Studio } from '../context.ts'
import { logFileName } from './files.ts'
import { LiveProgress } from './live-progress.ts'
import { trainRequest } from './request.ts'
import { RunStore, checkpointPath, runFolder } from './store.ts'
import { setUnfinished, unfinishedRuns } from './unfinished.ts'
import { untilWritten } from './until-written.ts'

/** What a run is stopped for. `withdraw`: another one goes first; `close`: the project is closed. */
type Intent = 'pause' | 'cancel' | 'withdraw' | 'close'

interface Live {
  readonly id: string
  readonly project: OpenProject
  readonly abort: AbortController
  readonly progress: LiveProgress
  /** The engine has begun. */
  started: boolean
  /** It has come further than it was. */
  stepped: boolean
  intent: Intent | null
  /** Its best weights become a model once it is cancelled. */
  keepBest: boolean
  /** When all that follows from its end is on the disk. */
  ended: Promise<void>
}

export class RunScheduler {
  readonly #studio: Studio
  readonly #retryEvery: number
  /** Handed to the engine: waiting for it, or running; by run. */
  readonly #training = new Map<string, Live>()
  /** Cancelled ones whose best weights become a model. */
  readonly #finishing = new Map<string, Live>()
  /** Put in the queue by this process. */
  readonly #own = new Set<string>()

  /** @param retryEvery milliseconds between attempts to write how a run ended */
  constructor(studio: Studio, retryEvery = 5000) {
    this.#studio = studio
    this.#retryEvery = retryEvery
    studio.projects.onOpened((project) => {
      const store = new RunStore(project)
      for (const id of store.interruptAll()) studio.log.info(`run ${id} was interrupted`)
      if (!studio.stays) return
      for (const id of unfinishedRuns(project))
        if (!this.finish(project, id)) setUnfinished(project, id, false)
      this.advance(project)
    })
    studio.projects.onClosing((project) => this.#close(project))
  }

  /** A run as it is now, between what is on the disk too. */
  run(project: OpenProject, id: string): Run {
    return this.#withProgress(new RunStore(project).get(id))
  }

  runs(project: OpenProject): Run[] {
    return new RunStore(project).list().map((run) => this.#withProgress(run))
  }

  announce(project: OpenProject, ...ids: string[]): void {
    for (const id of ids) this.#studio.events.emit('runs.changed', { run: this.run(project, id) })
  }

  /** For one that has just joined the queue. */
  joined(project: OpenProject, id: string): void {
    this.#own.add(id)
    this.announce(project, id)
    this.advance(project)
  }

  /** Hands the first of the queue to the engine (a command: the first of its own), in place of one that is no longer the first and has not begun. */
  advance(project: OpenProject): void {
    // Somebody waits for the model of a run that was cancelled; it is made sooner than the next run is over.
    if ([...this.#finishing.values()].some((live) => live.project.id === project.id)) return
    const store = new RunStore(project)
    this.announce(project, ...store.interruptAll(this.#training.keys()))
    const first = store.queue().find((id) => this.#studio.stays || this.#own.has(id))
    const live = [...this.#training.values()].find((candidate) => candidate.project.id === project.id)
    if (live) {
      if (!live.started && live.id !== first) this.#stop(live, 'withdraw')
    } else if (first !== undefined) this.#train(project, first)
  }

  /** Ends the engine's work on a run, if any. The state that follows is on the disk when this resolves. */
  async stop(id: string, intent: 'pause' | 'cancel', keepBest = false): Promise<void> {
    for (const live of [this.#training.get(id), this.#finishing.get(id)]) {
      if (!live) continue
      live.keepBest = keepBest
      this.#stop(live, intent)
      await live.ended
    }
  }

  /** Makes the best weights of a run that was cancelled a model, when the project is opened again if it is closed meanwhile.
   * @returns whether there is anything to do: not where there are no weights, or the run has a model and its result, or is gone */
  finish(project: OpenProject, id: string): boolean {
    const run = new RunStore(project).list().find((other) => other.id === id)
    if (run?.state !== 'cancelled' || !run.hasCheckpoint || (run.hasModel && run.result) || this.#finishing.has(id)) return false
    const live = this.#live(project, id)
    setUnfinished(project, id, true)
    this.#finishing.set(id, live)
    this.announce(project, id)
    live.ended = this.#engineRun(live, true)
      .then(
        ({ job: _job, ...result }) => this.#written(live, () => new RunStore(project).conclude(id, { result })),
        (thrown: unknown) => {
          // Nothing validated yet: there is no best, and nobody is at fault.
          const error = AppError.from(thrown)
          if (error.code === 'conflict' || error.code === 'stopped') return
          return this.#written(live, () => new RunStore(project).conclude(id, { error: error.toJSON() }))
        },
      )
      // What could not be written stays to be done: the model is made again when the project is opened again.
      .then(() => (live.intent === 'close' ? undefined : this.#written(live, () => setUnfinished(project, id, false))))
      .catch((error: unknown) => this.#studio.log.error(`run ${id}: its model`, error))
      .then(() => {
        this.#finishing.delete(id)
        this.#tried(live, 'announcing its model', () => this.announce(project, id))
        if (live.intent !== 'close') this.#tried(live, 'going on with the next one', () => this.advance(project))
      })
    return true
  }

  async #close(project: OpenProject): Promise<void> {
    const ending = [...this.#training.values(), ...this.#finishing.values()].filter((live) => live.project.id === project.id)
    for (const live of ending) this.#stop(live, 'close')
    await Promise.all(ending.map(({ ended }) => ended))
  }

  #live(project: OpenProject, id: string): Live {
    const store = new RunStore(project)
    const progress = new LiveProgress(store.get(id).progress, (saved) => store.saveProgress(id, saved))
    return { id, project, progress, abort: new AbortController(), started: false, stepped: false, intent: null, keepBest: false, ended: Promise.resolve() }
  }

  #stop(live: Live, intent: Intent): void {
    // A later wish of the user counts, but not over the project's closing.
    if (live.intent !== 'close') live.intent = intent
    live.abort.abort()
  }

  #train(project: OpenProject, id: string): void {
    const live = this.#live(project, id)
    this.#training.set(id, live)
    live.ended = this.#engineRun(live, false)
      .then(
        ({ job: _job, ...result }) => this.#written(live, () => this.#end(live, 'done', { result })),
        (error: unknown) => this.#written(live, () => this.#failed(live, AppError.from(error))),
      )
      .catch((error: unknown) => this.#studio.log.error(`run ${id}: its end`, error))
      .then(() => {
        this.#training.delete(id)
        if (live.keepBest && live.intent === 'cancel') this.#tried(live, 'its model', () => this.finish(project, id))
        // Dropped by an engine that closes, or the project closes: what waits goes on waiting.
        if (live.intent !== 'close' && (live.started || live.intent !== null))
          this.#tried(live, 'going on with the next one', () => this.advance(project))
      })
  }

  /** @throws where it cannot be written, and the run is to end in another way or its project to be closed */
  #written({ id, abort: { signal } }: Live, write: () => void): Promise<void> {
    const refused = (error: unknown): void => this.#studio.log.error(`run ${id}: its end cannot be written yet`, error)
    return untilWritten(write, { every: this.#retryEvery, signal, refused })
  }

  /** For what nobody waits for: a failure is noted, and what comes after it is done all the same. */
  #tried({ id }: Live, what: string, work: () => unknown): void {
    try {
      work()
    } catch (error) {
      this.#studio.log.error(`run ${id}: ${what}`, error)
    }
  }

  async #engineRun(live: Live, finish: boolean): Promise<ResultOf<'train'>> {
    const { project, id, abort } = live
    const folder = runFolder(project, id)
    const run = new RunStore(project).get(id)
    const request = await trainRequest(this.#studio, project, folder, run.config, { resume: existsSync(checkpointPath(folder)), finish })
    return await this.#studio.engine.run<'train'>(request, {
      priority: 'training',
      subject: run.name,
      signal: abort.signal,
      logFile: join(folder, logFileName),
      onStart: () => {
        live.started = true
        if (finish) return
        new RunStore(project).change(id, 'running', { progress: run.progress })
        this.announce(project, id)
      },
      onEvent: (event) => this.#heard(live, event),
    })
  }

  #heard(live: Live, event: JobEvent): void {
    const { project, id } = live
    if (event.event === 'step') live.stepped = true
    // The run goes on: what it says is in its metrics too.
    this.#tried(live, 'saving its progress', () => live.progress.take(event))
    this.#studio.events.emit('runs.progress', { project: project.id, run: id, event })
  }

  #failed(live: Live, error: AppError): void {
    const { intent, started, stepped, progress } = live
    if (error.code === 'stopped' && !started) {
      if (intent === 'pause') this.#end(live, 'paused')
      if (intent === 'cancel') this.#end(live, 'cancelled')
      return
    }
    if (error.code === 'stopped' && intent === 'close' && !stepped) {
      new RunStore(live.project).putBack(live.id, { ...progress.value, task: null })
      return this.announce(live.project, live.id)
    }
    if (error.code === 'stopped')
      return this.#end(live, intent === 'cancel' ? 'cancelled' : intent === null ? 'interrupted' : 'paused')
    if (error.code === 'engine-crashed' && started) return this.#end(live, 'interrupted', { error: error.toJSON() })
    this.#end(live, 'failed', { error: error.toJSON() })
  }

  #end({ project, id, progress }: Live, state: RunState, facts: Parameters<RunStore['change']>[2] = {}): void {
    const store = new RunStore(project)
    const before = store.queue()
    store.change(id, state, { progress: { ...progress.value, task: null }, ...facts })
    this.announce(project, ...new Set([id, ...(before.includes(id) ? store.queue() : [])]))
  }

  #withProgress(run: Run): Run {
    const live = this.#training.get(run.id) ?? this.#finishing.get(run.id)
    return live?.started ? { ...run, progress: live.progress.value } : run
  }
}
