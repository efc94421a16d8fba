// The predictions of a task, in pages as they are looked at, while more of them come.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { usePlatform } from '../../api/platform.ts'
import { onFresh } from '../../api/fresh.ts'
import { useResource } from '../../composables/use-resource.ts'
import { AppError } from '../../../shared/errors.ts'
import { queryOf } from './filter.ts'
import type { Counts, Prediction, PredictionFilter } from './filter.ts'

export interface Predictions {
  readonly counts: ShallowRef<Counts | null>
  readonly total: Ref<number>
  readonly rows: ComputedRef<ReadonlyMap<number, Prediction>>
  readonly error: ShallowRef<AppError | null>
  /** The first answer for this filter is there. */
  readonly isLoaded: Ref<boolean>
  /** Places that are looked at now. */
  readonly want: (from: number, to: number) => void
}

const size = 100
/** Classes kept of an image: more of them are for the CSV alone. */
const kept = 5

export function usePredictions(project: () => string, task: () => string, filter: () => PredictionFilter): Predictions {
  const { connection } = usePlatform()
  const { api } = connection
  const pages = shallowRef<ReadonlyMap<number, readonly Prediction[]>>(new Map())
  const total = ref(0)
  const isLoaded = ref(false)
  const error = shallowRef<AppError | null>(null)
  let wanted = { from: 0, to: size - 1 }
  let current = new AbortController()
  let isReading = false
  let isDirty = false

  const counts = useResource(
    (signal) => api.predictions.counts({ project: project(), task: task(), below: filter().threshold }, { signal }),
    { of: task, on: { 'predictions.changed': (event) => event.task === task() }, pause: 150 },
  )
  watch(
    () => filter().threshold,
    () => void counts.reload(),
  )

  const isWhole = (page: number): boolean => (pages.value.get(page)?.length ?? -1) >= Math.min(size, total.value - page * size)
  const missing = (): number[] => {
    const [first, last] = [Math.floor(wanted.from / size), Math.floor(wanted.to / size)]
    return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((page) => !isWhole(page))
  }
  /** Reads what is looked at and not there yet. @param anew the total may have grown, or the first page is awaited */
  const read = async (anew: boolean): Promise<void> => {
    if (isReading) {
      isDirty ||= anew
      return
    }
    isReading = true
    const own = current
    try {
      const growing = Math.floor(Math.max(0, Math.min(wanted.to, total.value)) / size)
      for (let next = anew ? growing : missing()[0]; next !== undefined && own === current; next = missing()[0]) {
        const answer = await api.predictions.list(
          { project: project(), task: task(), ...queryOf(filter()), offset: next * size, limit: size },
          { signal: own.signal },
        )
        if (own !== current) break
        total.value = answer.total
        const shown = answer.predictions.map((one) => ({ ...one, classes: one.classes.slice(0, kept) }))
        pages.value = new Map([...pages.value, [next, shown]])
        isLoaded.value = true
        error.value = null
      }
    } catch (thrown) {
      if (own === current) error.value = AppError.from(thrown)
    } finally {
      isReading = false
    }
    if (own !== current || isDirty) {
      isDirty = false
      void read(true)
    }
  }
  const restart = (): void => {
    current.abort()
    current = new AbortController()
    pages.value = new Map()
    isLoaded.value = false
    error.value = null
    wanted = { from: 0, to: size - 1 }
    void read(true)
  }
  watch([task, () => JSON.stringify(queryOf(filter()))], restart, { immediate: true })
  const ends = [
    onFresh(() => void read(true)),
    connection.on('predictions.changed', (event) => {
      if (event.task === task()) void read(true)
    }),
  ]
  let isOver = false
  onScopeDispose(() => {
    isOver = true
    current.abort()
    for (const end of ends) end()
  })

  const rows = computed(() => {
    const found = new Map<number, Prediction>()
    for (const [page, predictions] of pages.value) predictions.forEach((one, i) => found.set(page * size + i, one))
    return found
  })
  const want = (from: number, to: number): void => {
    if (isOver || total.value === 0) return
    wanted = { from: Math.max(0, from), to: Math.max(0, Math.min(to, total.value - 1)) }
    if (missing().length > 0) void read(false)
  }
  return { counts: counts.data, total, rows, error, isLoaded, want }
}
