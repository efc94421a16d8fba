// Keeps the long work of all services: its progress, its end, and the wish to cancel it.
import { randomUUID } from 'node:crypto'
import type { Task } from '../../../shared/contract/tasks.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import { noted } from '../../faults.ts'
import type { FaultLog } from '../../faults.ts'
import type { EventHub } from '../../transport/event-hub.ts'

export interface TaskContext {
  /** Aborted when the task is cancelled or its project closed: leave a whole state behind and throw AppError 'stopped'. */
  readonly signal: AbortSignal
  /** At most a few events a second reach the listeners; the last one always does. */
  progress(progress: Progress): void
}

interface Progress {
  readonly task: string
  readonly done: number
  readonly total: number | null
  readonly unit: string
  /** What was done before the task began; the time that is left follows from the rest. */
  readonly from?: number
}

interface Entry {
  task: Task
  readonly abort: AbortController
  readonly ended: Promise<void>
  /** Milliseconds: when the present part of the work began, and when it was last announced. */
  since: number
  announced: number
}

/** Ended tasks that are remembered. */
const remembered = 200
/** Milliseconds between two events of one task. */
const interval = 200

export class TaskRunner {
  readonly #events: EventHub
  readonly #log: FaultLog | undefined
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>()

  /** @param log gets the faults of this program that end tasks */
  constructor(events: EventHub, log?: FaultLog) {
    this.#events = events
    this.#log = log
  }

  /** Starts the work at once and answers with the task's id. What the work throws ends the task as failed, or as cancelled after a cancel. */
  start(about: Pick<Task, 'kind' | 'project' | 'subject'>, work: (context: TaskContext) => Promise<TaskResult>): { task: string } {
    const id = randomUUID()
    const abort = new AbortController()
    const task: Task = {
      ...about,
      id,
      state: 'running',
      progress: null,
      result: null,
      error: null,
      createdAt: new Date().toISOString(),
      endedAt: null,
    }
    const ended = Promise.resolve()
      .then(() => work({ signal: abort.signal, progress: (progress) => this.#progress(id, progress) }))
      .then(
        (result) => this.#end(id, { state: 'done', result }),
        (error: unknown) =>
          this.#end(id, abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: this.#noted(about, error) }),
      )
    this.#entries.set(id, { task, abort, ended, since: performance.now(), announced: -Infinity })
    this.#announce(id)
    return { task: id }
  }

  /** Newest first. */
  list(project?: string): Task[] {
    return [...this.#entries.values()]
      .map(({ task }) => task)
      .filter((task) => project === undefined || task.project === project)
      .reverse()
  }

  /** @throws AppError 'not-found' */
  get(id: string): Task {
    return this.#entry(id).task
  }

  async wait(id: string): Promise<Task> {
    const entry = this.#entry(id)
    await entry.ended
    return entry.task
  }

  /** Answers when the work has ended. @throws AppError 'not-found' */
  async cancel(id: string): Promise<Task> {
    this.#entry(id).abort.abort()
    return this.wait(id)
  }

  /** As `cancel`, for who has started it: one that is not remembered any more has ended. */
  async end(id: string): Promise<void> {
    if (this.#entries.has(id)) await this.cancel(id)
  }

  /** Cancels what is under way, of one project or all, and waits for it. */
  async cancelAll(project?: string): Promise<void> {
    await Promise.all(this.list(project).map(({ id }) => this.cancel(id)))
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new AppError('not-found', `task ${id}: expected a task of the last hours, found none`)
    return entry
  }

  #progress(id: string, { task: name, done, total, unit, from = 0 }: Progress): void {
    const entry = this.#entry(id)
    const now = performance.now()
    if (entry.task.progress?.task !== name) entry.since = now
    const remainingSeconds = total === null || done <= from ? null : ((now - entry.since) / 1000) * ((total - done) / (done - from))
    entry.task = { ...entry.task, progress: { task: name, done, total, unit, remainingSeconds } }
    if (now - entry.announced >= interval) this.#announce(id)
  }

  #end(id: string, end: Partial<Task>): void {
    const entry = this.#entry(id)
    entry.task = { ...entry.task, ...end, endedAt: new Date().toISOString() }
    this.#announce(id)
    for (const [old, { task }] of this.#entries) {
      if (this.#entries.size <= remembered) break
      if (task.endedAt !== null) this.#entries.delete(old)
    }
  }

  #noted({ kind, subject }: Pick<Task, 'kind' | 'subject'>, error: unknown): Task['error'] {
    return noted(error, `task ${kind}, ${subject}`, this.#log).toJSON()
  }

  #announce(id: string): void {
    const entry = this.#entry(id)
    entry.announced = performance.now()
    this.#events.emit('tasks.changed', { task: entry.task })
  }
}
