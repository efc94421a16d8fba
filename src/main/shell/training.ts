// What is being trained, as the services tell it: the window's progress, the machine's sleep and the notifications follow it.
import type { Run, RunState } from '../../shared/contract/runs.ts'
import type { Connection } from '../../shared/transport/connection.ts'

export interface Training {
  readonly name: string
  readonly project: string
  readonly run: string
  /** 0..1; null before the first step. */
  readonly share: number | null
}

export interface TrainingListener {
  /** Called when what runs has changed, or how far it is. */
  changed?(running: Training | null): void
  /** A run that was running has ended by itself: not paused, not cancelled. */
  ended?(run: Run): void
}

const ends: ReadonlySet<RunState> = new Set(['done', 'failed', 'interrupted'])

export class TrainingWatch {
  readonly #connection: Connection
  readonly #listeners: TrainingListener[] = []
  readonly #running = new Map<string, Run>()

  constructor(connection: Connection) {
    this.#connection = connection
    connection.on('runs.changed', ({ run }) => this.#changed(run))
    connection.on('runs.progress', ({ run: id, event }) => {
      const run = this.#running.get(id)
      if (!run || event.event !== 'step') return
      this.#running.set(id, { ...run, progress: { ...run.progress, step: event } })
      this.#tell()
    })
    connection.on('runs.deleted', ({ run }) => this.#gone((one) => one.id === run))
    connection.on('projects.closed', ({ project }) => this.#gone((run) => run.project === project))
  }

  listen(listener: TrainingListener): void {
    this.#listeners.push(listener)
    listener.changed?.(this.current)
  }

  /** The one that computes: there is one at a time. */
  get current(): Training | null {
    const [run] = this.#running.values()
    if (!run) return null
    const { step } = run.progress
    return { name: run.name, project: run.project, run: run.id, share: step && step.steps > 0 ? step.step / step.steps : null }
  }

  /** All that would be lost sight of: running and waiting runs of open projects, asked anew. */
  async unfinished(): Promise<Run[]> {
    const { api } = this.#connection
    const { projects } = await api.projects.list({})
    const lists = await Promise.all(projects.map(({ id }) => api.runs.list({ project: id })))
    return lists.flatMap(({ runs }) => runs).filter(({ state }) => state === 'running' || state === 'queued')
  }

  /** Ends them for good; the best weights so far become models, at once or when the project is opened again. */
  async stopAll(): Promise<void> {
    const { api } = this.#connection
    const runs = await this.unfinished()
    // Waiting ones first: none of them is to begin when the running one ends.
    for (const { id, project } of runs.toSorted((a, b) => Number(a.state === 'running') - Number(b.state === 'running')))
      await api.runs.cancel({ project, run: id, keepBest: true })
  }

  #changed(run: Run): void {
    const before = this.#running.get(run.id)
    if (run.state === 'running') this.#running.set(run.id, run)
    else this.#running.delete(run.id)
    if (before && ends.has(run.state)) for (const listener of this.#listeners) listener.ended?.(run)
    this.#tell()
  }

  #gone(isGone: (run: Run) => boolean): void {
    for (const run of [...this.#running.values()].filter(isGone)) this.#running.delete(run.id)
    this.#tell()
  }

  #tell(): void {
    const { current } = this
    for (const listener of this.#listeners) listener.changed?.(current)
  }
}
