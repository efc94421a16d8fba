// Runs in a project's database, and what there is of them in its folder.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, RunConfig, RunState } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import type { AppErrorJson } from '../../../shared/errors.ts'
import type { OpenProject } from '../context.ts'
import { requireTransition } from './states.ts'
import { unfinishedRuns } from './unfinished.ts'

export type Progress = Run['progress']
type Result = Run['result']

interface RunRow {
  readonly id: string
  readonly name: string
  readonly config: string
  readonly state: RunState
  readonly position: number | null
  readonly created_at: string
  readonly started_at: string | null
  readonly ended_at: string | null
  readonly progress: string
  readonly result: string | null
  readonly error: string | null
}

const noProgress: Progress = { step: null, validation: null, kept: null, task: null }

export function runFolder(project: OpenProject, id: string): string {
  return join(project.folder, 'runs', id)
}

export const checkpointPath = (folder: string): string => join(folder, 'checkpoints', 'last.safetensors')

export class RunStore {
  readonly #project: OpenProject

  constructor(project: OpenProject) {
    this.#project = project
  }

  /** Newest first. */
  list(): Run[] {
    return this.#project.db.all<RunRow>('SELECT * FROM runs ORDER BY created_at DESC, id DESC').map((row) => this.#toRun(row))
  }

  /** @throws AppError 'not-found' */
  get(id: string): Run {
    const row = this.#project.db.get<RunRow>('SELECT * FROM runs WHERE id = ?', id)
    if (!row) throw new AppError('not-found', `run ${id}: expected a run of the project, found none`)
    return this.#toRun(row)
  }

  /** Those that wait, next first. */
  queue(): string[] {
    return this.#project.db
      .all<{ id: string }>("SELECT id FROM runs WHERE state = 'queued' ORDER BY position, created_at, id")
      .map(({ id }) => id)
  }

  /** At the end of the queue. An empty name becomes the method's and a number. */
  add(id: string, name: string | undefined, config: RunConfig): void {
    const { db } = this.#project
    db.transaction(() => {
      const { runs } = db.get<{ runs: number }>('SELECT count(*) AS runs FROM runs') ?? { runs: 0 }
      db.run(
        "INSERT INTO runs (id, name, config, state, position, created_at, progress) VALUES (?, ?, ?, 'queued', ?, ?, ?)",
        ...[id, name || `${config.method} ${runs + 1}`, JSON.stringify(config), this.#last() + 1],
        ...[new Date().toISOString(), JSON.stringify(noProgress)],
      )
    })
  }

  /** The one way from state to state, but for `putBack`. Whoever leaves the queue gives up its place. @throws AppError 'conflict' */
  change(id: string, to: RunState, facts: { progress?: Progress; result?: Result; error?: AppErrorJson | null } = {}): void {
    const { db } = this.#project
    db.transaction(() => {
      const run = this.get(id)
      requireTransition(run.name, run.state, to)
      const now = new Date().toISOString()
      db.run(
        'UPDATE runs SET state = ?, position = ?, started_at = ?, ended_at = ?, progress = ?, result = ?, error = ? WHERE id = ?',
        ...[to, to === 'queued' ? this.#last() + 1 : null],
        ...[to === 'running' ? (run.startedAt ?? now) : run.startedAt, to === 'queued' || to === 'running' ? null : now],
        ...[JSON.stringify(facts.progress ?? { ...run.progress, task: null }), json(facts.result === undefined ? run.result : facts.result)],
        ...[json(facts.error === undefined ? null : facts.error), id],
      )
      this.#number(this.queue())
    })
  }

  /** One that was begun in vain waits as before, and is the next. */
  putBack(id: string, progress: Progress): void {
    const { db } = this.#project
    db.transaction(() => {
      db.run("UPDATE runs SET state = 'queued', position = 0, progress = ? WHERE id = ? AND state = 'running'", JSON.stringify(progress), id)
      this.#number(this.queue())
    })
  }

  /** What a run that was cancelled still has to tell. */
  conclude(id: string, facts: { result?: Result; error?: AppErrorJson }): void {
    const run = this.get(id)
    this.#project.db.run(
      'UPDATE runs SET result = ?, error = ? WHERE id = ?',
      json(facts.result ?? run.result),
      json(facts.error ?? run.error),
      id,
    )
  }

  saveProgress(id: string, progress: Progress): void {
    this.#project.db.run('UPDATE runs SET progress = ? WHERE id = ?', JSON.stringify(progress), id)
  }

  rename(id: string, name: string): void {
    this.#project.db.run('UPDATE runs SET name = ? WHERE id = ?', name, id)
  }

  /** @param position 1 = next; beyond the end = last. @throws AppError 'conflict' where it does not wait */
  move(id: string, position: number): void {
    this.#project.db.transaction(() => {
      const { name, state } = this.get(id)
      if (state !== 'queued') throw new AppError('conflict', `run ${name}: expected it queued to move it, found it ${state}`)
      const others = this.queue().filter((other) => other !== id)
      this.#number(others.toSpliced(position - 1, 0, id))
    })
  }

  delete(id: string): void {
    this.#project.db.transaction(() => {
      this.#project.db.run('DELETE FROM runs WHERE id = ?', id)
      this.#number(this.queue())
    })
  }

  /** Where the application went down, or could not write an end: nothing runs but these. @returns those that ran no more */
  interruptAll(running: Iterable<string> = []): string[] {
    const { db } = this.#project
    const known = new Set(running)
    const left = db.all<{ id: string }>("SELECT id FROM runs WHERE state = 'running'").flatMap(({ id }) => (known.has(id) ? [] : [id]))
    if (left.length === 0) return left
    db.transaction(() => {
      for (const id of left) this.change(id, 'interrupted')
    })
    return left
  }

  #last(): number {
    return this.#project.db.get<{ last: number | null }>('SELECT max(position) AS last FROM runs')?.last ?? 0
  }

  #number(ids: readonly string[]): void {
    for (const [index, id] of ids.entries())
      this.#project.db.run('UPDATE runs SET position = ? WHERE id = ? AND position IS NOT ?', index + 1, id, index + 1)
  }

  #toRun(row: RunRow): Run {
    const folder = runFolder(this.#project, row.id)
    return {
      id: row.id,
      project: this.#project.id,
      name: row.name,
      config: JSON.parse(row.config) as RunConfig,
      state: row.state,
      position: row.position,
      createdAt: row.created_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      progress: JSON.parse(row.progress) as Progress,
      result: parsed(row.result) as Result,
      error: parsed(row.error) as Run['error'],
      isFinishing: row.state === 'cancelled' && unfinishedRuns(this.#project).includes(row.id),
      hasModel: existsSync(join(folder, 'model.onnx')),
      hasCheckpoint: existsSync(checkpointPath(folder)),
    }
  }
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text)
}
