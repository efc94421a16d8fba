// What a command on projects works with: the services, somewhere to print, and the wish to stop.
import type { Project } from '../../../shared/contract/projects.ts'
import type { Task } from '../../../shared/contract/tasks.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Connection } from '../../../shared/transport/connection.ts'
import type { Output } from '../output.ts'

export interface Session extends Connection {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** A command with its arguments, ready to run. Resolves to its result for scripts, and to text for people. */
export type Action = (session: Session) => Promise<{ readonly result: object; readonly text: string }>

/** Calls `act` when the user wants to stop, at once where they wanted that before. @returns ends it */
export function onStop(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** Of the tasks that commands start, those whose work stays when they are stopped. */
const staying: ReadonlySet<Task['kind']> = new Set(['import', 'probe-devices'])

/** Shows a task's progress until it has ended. @throws AppError as the task failed, 'stopped' after Ctrl-C */
export async function follow(session: Session, { task: id }: { task: string }): Promise<TaskResult> {
  const { api, output, signal } = session
  const silence = session.on('tasks.changed', ({ task }) => {
    if (task.id !== id || task.state !== 'running' || !task.progress) return
    const { task: name, done, total, unit, remainingSeconds } = task.progress
    output.event({ event: 'progress', task: name, done, total: total ?? done, unit, remainingSeconds })
  })
  const forget = onStop(signal, () => void api.tasks.cancel({ task: id }).catch(() => undefined))
  try {
    const { kind, state, error, result, subject } = await api.tasks.wait({ task: id })
    if (error) throw AppError.fromJSON(error)
    if (result === null || state !== 'done')
      throw new AppError('stopped', `${subject}: stopped${staying.has(kind) ? '; what was done so far stays' : ''}`)
    return result
  } finally {
    silence()
    forget()
  }
}

/** The project of a folder, opened. */
export async function openProject({ api }: Session, folder: string): Promise<Project> {
  return api.projects.open({ folder })
}
