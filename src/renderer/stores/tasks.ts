// Long work of the services: what is under way, and how it ended.
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { usePlatform } from '../api/platform.ts'
import type { Task } from '../../shared/contract/tasks.ts'
import type { TaskResult } from '../../shared/contract/task-results.ts'
import { AppError } from '../../shared/errors.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'

export type ResultOf<Kind extends TaskResult['kind']> = Extract<TaskResult, { kind: Kind }>

export const useTasks = defineStore('tasks', () => {
  const { connection } = usePlatform()
  const notices = useNotices()
  const project = useProject()
  const byId = shallowRef(new Map<string, Task>())
  const waiting = new Map<string, ((task: Task) => void)[]>()

  const take = (tasks: readonly Task[]): void => {
    // An answer may come after the event that tells how the task has ended since.
    const news = tasks.filter((task) => hasEnded(task) || !hasEnded(byId.value.get(task.id) ?? task))
    byId.value = new Map([...byId.value, ...news.map((task) => [task.id, task] as const)])
    for (const task of news) if (hasEnded(task)) settle(task)
  }
  const settle = (task: Task): void => {
    for (const resolve of waiting.get(task.id) ?? []) resolve(task)
    waiting.delete(task.id)
  }
  connection.on('tasks.changed', ({ task }) => {
    const isAwaited = waiting.has(task.id)
    take([task])
    // Nobody else would tell: the page was loaded anew since it began, or the services began it themselves.
    if (task.error && !isAwaited && (task.project === null || task.project === project.id)) notices.report(AppError.fromJSON(task.error))
  })
  connection.onState((state) => {
    if (state === 'disconnected') return
    const before = new Set([...byId.value.keys(), ...waiting.keys()])
    connection.api.tasks.list({}).then(
      ({ tasks }) => {
        take(tasks)
        // Those that the services no longer know, e.g. after a restart, will never end.
        for (const { id } of tasks) before.delete(id)
        for (const id of waiting.keys()) if (before.has(id)) settle(lost(id))
        byId.value = new Map([...byId.value].filter(([id, task]) => !before.has(id) || hasEnded(task)))
      },
      // It is asked again when the connection is back.
      () => undefined,
    )
  })

  const all = computed(() => [...byId.value.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)))
  const active = computed(() => all.value.filter((task) => !hasEnded(task)))

  /** The task once it has ended, however it did. */
  const ended = (id: string): Promise<Task> => {
    const known = byId.value.get(id)
    if (known && hasEnded(known)) return Promise.resolve(known)
    const promise = new Promise<Task>((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]))
    // It may have ended before its first event was heard.
    connection.api.tasks.get({ task: id }).then(
      (task) => take([task]),
      () => undefined,
    )
    return promise
  }
  /** What it came to. @throws AppError of the task; 'stopped' where it was cancelled */
  const result = async <Kind extends TaskResult['kind']>(started: { task: string }, kind: Kind): Promise<ResultOf<Kind>> => {
    const task = await ended(started.task)
    if (task.error) throw AppError.fromJSON(task.error)
    if (task.result?.kind !== kind) throw new AppError('stopped', `${task.subject}: cancelled`)
    return task.result as ResultOf<Kind>
  }
  const cancel = async (id: string): Promise<void> => take([await connection.api.tasks.cancel({ task: id })])
  return { byId, all, active, ended, result, cancel }
})

export function hasEnded({ state }: Pick<Task, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}

function lost(id: string): Task {
  const error = { code: 'disconnected' as const, message: 'the program was started again before this was done' }
  const at = new Date().toISOString()
  return {
    id,
    project: null,
    kind: 'import',
    state: 'failed',
    subject: '',
    progress: null,
    result: null,
    error,
    createdAt: at,
    endedAt: at,
  }
}
