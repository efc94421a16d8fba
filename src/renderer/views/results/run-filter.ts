// Which runs the list shows, and in which order.
import type { Run, RunState } from '../../../shared/contract/runs.ts'
import { accuracyOf } from '../../composables/use-model-run.ts'

export const runOrders = ['newest', 'oldest', 'accuracy', 'name'] as const
export type RunOrder = (typeof runOrders)[number]

export interface RunFilter {
  /** Part of the name or the method, upper and lower case alike. */
  readonly text: string
  readonly state: RunState | null
  readonly method: string | null
  readonly order: RunOrder
}

type Listed = Pick<Run, 'name' | 'state' | 'config' | 'createdAt' | 'result' | 'progress'>

const compare: Readonly<Record<RunOrder, (a: Listed, b: Listed) => number>> = {
  newest: (a, b) => b.createdAt.localeCompare(a.createdAt),
  oldest: (a, b) => a.createdAt.localeCompare(b.createdAt),
  accuracy: (a, b) => (accuracy(b) ?? -1) - (accuracy(a) ?? -1),
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
}

export function filterRuns<One extends Listed>(runs: readonly One[], { text, state, method, order }: RunFilter): One[] {
  const words = text.toLowerCase().split(/\s+/)
  return runs
    .filter(
      (run) =>
        (state === null || run.state === state) &&
        (method === null || run.config.method === method) &&
        words.every((word) => `${run.name} ${run.config.method}`.toLowerCase().includes(word)),
    )
    .sort(compare[order])
}

function accuracy(run: Listed): number | null {
  return accuracyOf(run as Run)
}
