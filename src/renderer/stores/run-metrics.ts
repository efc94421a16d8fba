// What runs report while they train: read from their start once, then followed event by event without gaps or doubles.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { onFresh } from '../api/fresh.ts'
import { usePlatform } from '../api/platform.ts'
import type { JobEvent } from '../../shared/events.ts'
import { AppError } from '../../shared/errors.ts'
import { useProject } from './project.ts'
import { RunCurves } from './run-curves.ts'
import { afterKnown } from './run-overlap.ts'

export interface RunMetrics {
  readonly curves: RunCurves
  /** Counts up when `curves` has something new: read it where you depend on them. */
  version: number
  /** What the run tells apart, in the order of its events. */
  classes: readonly { readonly class: number; readonly name: string }[]
  /** All that was there has been read. */
  isRead: boolean
  error: AppError | null
}

interface Followed {
  readonly metrics: RunMetrics
  /** Another one may be open by now. */
  readonly project: string
  /** Came while the past is read; null = it is not being read now. */
  early: JobEvent[] | null
  /** Set by each reading: an older one gives up. */
  reading: number
  hasFailed: boolean
}

/** Lines of an answer. */
const page = 50_000
/** Runs that stay read. */
const most = 12

export const useRunMetrics = defineStore('run-metrics', () => {
  const { connection } = usePlatform()
  const project = useProject()
  const followed = new Map<string, Followed>()
  /** Before, everything is read when the connection is there. */
  let isConnected = false

  /** Metrics of a run of the open project: empty at first, then filled, and followed as long as the run goes on. Read again where that failed. */
  const of = (run: string): RunMetrics => {
    const known = followed.get(run)
    // A copy of a project has the same runs.
    if (known?.project === project.id) {
      // Not by `error`: who asks would depend on it, and ask again after each failure.
      if (isConnected && known.hasFailed) void read(run)
      return known.metrics
    }
    const metrics = shallowReactive({ curves: new RunCurves(), version: 0, classes: [], isRead: false, error: null })
    if (project.id === null) return metrics
    for (const id of [...followed.keys()].slice(0, Math.max(0, followed.size - most + 1))) followed.delete(id)
    followed.set(run, { metrics, project: project.id, early: null, reading: 0, hasFailed: false })
    if (isConnected) void read(run)
    return metrics
  }

  const read = async (run: string): Promise<void> => {
    const entry = followed.get(run)
    if (!entry) return
    const own = ++entry.reading
    entry.early = []
    entry.hasFailed = false
    const curves = new RunCurves()
    const past: JobEvent[] = []
    try {
      for (let after = 0; ;) {
        const { lines, next, classes } = await connection.api.runs.metrics({ project: entry.project, run, after, limit: page })
        if (entry.reading !== own) return
        for (const { event } of lines) past.push(event)
        entry.metrics.classes = classes
        if (next - after < page) break
        after = next
      }
      for (const event of [...past, ...afterKnown(past, entry.early)]) curves.take(event)
      entry.early = null
      Object.assign(entry.metrics, { curves, version: entry.metrics.version + 1, isRead: true, error: null })
    } catch (error) {
      if (entry.reading !== own) return
      entry.early = null
      entry.hasFailed = true
      entry.metrics.error = AppError.from(error)
    }
  }

  connection.on('runs.progress', ({ project: at, run, event }) => {
    const entry = followed.get(run)
    if (entry?.project !== at) return
    // A run that begins, or goes on from a checkpoint, drops what it had recorded after it.
    if (event.event === 'start') void read(run)
    if (entry.early) entry.early.push(event)
    else {
      entry.metrics.curves.take(event)
      entry.metrics.version++
    }
  })
  onFresh(() => {
    isConnected = true
    for (const run of followed.keys()) void read(run)
  })
  return { of }
})
