// What of Results is shown, as the address tells it: a reload or the way back leads to the same place.
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Run } from '../../../shared/contract/runs.ts'
import { useRuns } from '../../stores/runs.ts'

export const modes = ['run', 'compare', 'labels'] as const
export const tabs = ['confusion', 'classes', 'mistakes', 'reliability', 'curves'] as const
export type Mode = (typeof modes)[number]
export type Tab = (typeof tabs)[number]
export type JudgedSplit = 'validation' | 'test'

/** Runs that can be compared at once: as many as there are colours for lines. */
export const mostCompared = 6

export interface ResultsRoute {
  readonly mode: ComputedRef<Mode>
  readonly tab: ComputedRef<Tab>
  /** The chosen one, else the latest that has results. */
  readonly run: ComputedRef<Run | null>
  /** Of the shown run, or of all that are compared: the chosen one, else test where it was judged. */
  readonly split: ComputedRef<JudgedSplit>
  /** Runs to compare, in the order in which they were ticked. */
  readonly compared: ComputedRef<readonly Run[]>
  /** Classes that the images are narrowed to. */
  readonly truth: ComputedRef<number | null>
  readonly predicted: ComputedRef<number | null>
  /** Images that were right too. */
  readonly all: ComputedRef<boolean>
  /** Changes a part of the address; null takes it away. @param options.step leaves a way back */
  readonly go: (change: Readonly<Record<string, string | null>>, options?: { readonly step?: boolean }) => void
  readonly showRun: (id: string) => void
  readonly toggleCompared: (id: string) => void
}

export function useResultsRoute(): ResultsRoute {
  const route = useRoute()
  const router = useRouter()
  const runs = useRuns()
  const text = (name: string): string | null => {
    const value = route.query[name]
    return typeof value === 'string' ? value : null
  }
  const oneOf = <Value extends string>(name: string, values: readonly Value[], otherwise: Value): Value =>
    values.find((value) => value === text(name)) ?? otherwise
  const classAt = (name: string): number | null => {
    const value = Number(text(name))
    return Number.isInteger(value) && value > 0 ? value : null
  }
  const mode = computed(() => oneOf('show', modes, 'run'))
  const run = computed(() => runs.byId.get(text('run') ?? '') ?? runs.list.find(({ hasModel }) => hasModel) ?? runs.list[0] ?? null)
  const compared = computed(() =>
    (text('with') ?? '')
      .split(',')
      .map((id) => runs.byId.get(id))
      .filter((one) => one !== undefined)
      .slice(0, mostCompared),
  )
  const shown = computed(() => (mode.value === 'run' ? [run.value] : mode.value === 'compare' ? compared.value : runs.list))
  const hasTest = computed(() => shown.value.some((one) => typeof one?.result?.testAccuracy === 'number'))
  const split = computed<JudgedSplit>(() => oneOf<JudgedSplit>('split', ['validation', 'test'], hasTest.value ? 'test' : 'validation'))

  const go: ResultsRoute['go'] = (change, { step = false } = {}) => {
    const query = Object.fromEntries(Object.entries({ ...route.query, ...change }).filter(([, value]) => value !== null))
    void router[step ? 'push' : 'replace']({ query })
  }
  const showRun = (id: string): void => go({ run: id, show: null, truth: null, predicted: null, all: null })
  const toggleCompared = (id: string): void => {
    const ids = compared.value.map((one) => one.id)
    const next = ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]
    go({ with: next.length === 0 ? null : next.join(',') })
  }
  return {
    ...{ mode, run, compared, split, go, showRun, toggleCompared },
    tab: computed(() => oneOf('tab', tabs, 'confusion')),
    truth: computed(() => classAt('truth')),
    predicted: computed(() => classAt('predicted')),
    all: computed(() => text('all') === '1'),
  }
}
