// The open project's runs: their state, as the services tell it. What a run reports while it trains is in `run-metrics.ts`.
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { usePlatform } from '../api/platform.ts'
import { useResource } from '../composables/use-resource.ts'
import type { Run } from '../../shared/contract/runs.ts'
import { useProject } from './project.ts'
import { progressAfter } from './run-progress.ts'
import type { WorkStart } from './run-progress.ts'

export const useRuns = defineStore('runs', () => {
  const { connection } = usePlatform()
  const project = useProject()
  const byId = shallowRef(new Map<string, Run>())
  /** Told by events while the list was read: events are never older than answers to calls. */
  const heard = new Map<string, Run | null>()
  const { data, error, isLoading } = useResource(
    async (signal) => {
      heard.clear()
      const { runs } = project.id === null ? { runs: [] } : await connection.api.runs.list({ project: project.id }, { signal })
      const all = new Map<string, Run | null>([...runs.map((run) => [run.id, run] as const), ...heard])
      byId.value = new Map([...all].filter((entry): entry is [string, Run] => entry[1]?.project === project.id))
      return runs
    },
    { of: () => project.id },
  )
  const hear = (run: Run): void => {
    if (run.project !== project.id) return
    heard.set(run.id, run)
    byId.value = new Map([...byId.value, [run.id, run]])
  }
  /** The answer to a call: it may come after the event that tells what has become of the run since. */
  const take = (run: Run): void => {
    if (!byId.value.has(run.id)) hear(run)
  }
  connection.on('runs.changed', ({ run }) => hear(run))
  const work = new Map<string, WorkStart>()
  connection.on('runs.progress', ({ run: id, event }) => {
    const run = byId.value.get(id)
    if (!run) return
    if (event.event === 'progress' && work.get(id)?.task !== event.task)
      work.set(id, { task: event.task, at: performance.now(), done: event.done })
    const progress = progressAfter(run.progress, event, work.get(id) ?? null, performance.now())
    if (progress !== run.progress) hear({ ...run, progress })
  })
  connection.on('runs.deleted', ({ run }) => {
    heard.set(run, null)
    byId.value = new Map([...byId.value].filter(([id]) => id !== run))
  })

  /** Newest first. */
  const list = computed(() => [...byId.value.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)))
  /** The one that trains now, else the next in the queue. */
  const active = computed(
    () => list.value.find(({ state }) => state === 'running') ?? list.value.find(({ position }) => position === 1) ?? null,
  )
  const isLoaded = computed(() => data.value !== null)
  return { byId, list, active, error, isLoading, isLoaded, take }
})
