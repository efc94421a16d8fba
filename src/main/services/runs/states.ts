// The states of a run, and which follows which.
import type { RunState } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'

const following: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['paused', 'interrupted', 'done', 'failed', 'cancelled'],
  paused: ['queued', 'cancelled'],
  interrupted: ['queued', 'cancelled'],
  failed: ['queued', 'cancelled'],
  done: [],
  cancelled: [],
}

/** States in which nothing happens any more, or not until somebody says so. */
export const resting: ReadonlySet<RunState> = new Set(['paused', 'interrupted', 'done', 'failed', 'cancelled'])

function mayBecome(from: RunState, to: RunState): boolean {
  return following[from].includes(to)
}

/** @throws AppError 'conflict' naming the run and the states from which it may be done */
export function requireTransition(name: string, from: RunState, to: RunState): void {
  if (mayBecome(from, to)) return
  const fitting = Object.keys(following).filter((state) => mayBecome(state as RunState, to))
  throw new AppError('conflict', `run ${name}: expected it ${fitting.join(' or ')} to become ${to}, found it ${from}`)
}
