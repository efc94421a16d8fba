// How far a run is, kept up with its events between two answers of the services.
import type { Run } from '../../shared/contract/runs.ts'
import type { JobEvent } from '../../shared/events.ts'

type Progress = Run['progress']

/** Since when a piece of work has been heard of, to tell how long it takes yet. */
export interface WorkStart {
  readonly task: string
  readonly at: number
  readonly done: number
}

/** @param now milliseconds @returns the same progress where the event says nothing of it */
export function progressAfter(progress: Progress, event: JobEvent, start: WorkStart | null, now: number): Progress {
  if (event.event === 'step') return { ...progress, step: event, task: null }
  if (event.event === 'validation') return { ...progress, validation: event, ...(event.kept && { kept: event }) }
  if (event.event !== 'progress') return progress
  const { task, done, total, remainingSeconds } = event
  const measured = start && done > start.done ? ((now - start.at) / 1000 / (done - start.done)) * (total - done) : null
  return { ...progress, task: { task, done, total, remainingSeconds: remainingSeconds ?? measured } }
}
