// Which images are shown, and in what order: in the address, so that a reload and a link find them again.
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { imageOrder } from '../../../shared/contract/domain.ts'
import type { FileState, ImageFilter, ImageOrder, Split } from '../../../shared/contract/domain.ts'

export interface Shown {
  /** Labelled with one of these. */
  readonly classes: readonly number[]
  readonly labelled: boolean | null
  readonly suggested: boolean
  readonly disagreement: boolean
  readonly duplicate: boolean
  /** The suggestion's confidence is at most this; null = any. */
  readonly uncertain: number | null
  /** `none` = in no split. */
  readonly split: Split | 'none' | null
  readonly state: FileState | null
  readonly text: string
  readonly order: ImageOrder
}

export interface Filter {
  readonly shown: ComputedRef<Shown>
  /** As the services know it. */
  readonly filter: ComputedRef<ImageFilter>
  /** Conditions that are set. */
  readonly count: ComputedRef<number>
  readonly change: (change: Partial<Shown>) => void
  /** All images again, in the same order. @returns resolves when the filter is so */
  readonly clear: () => Promise<void>
}

const states: readonly FileState[] = ['present', 'missing', 'changed', 'unreadable']

export function useFilter(): Filter {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string): string => (typeof route.query[name] === 'string' ? route.query[name] : '')

  const shown = computed<Shown>(() => ({
    classes: text('classes')
      .split(',')
      .map(Number)
      .filter((id) => Number.isInteger(id) && id > 0),
    labelled: text('labelled') === '' ? null : text('labelled') === 'yes',
    suggested: text('suggested') === 'yes',
    disagreement: text('disagreement') === 'yes',
    duplicate: text('duplicate') === 'yes',
    uncertain: text('uncertain') === '' ? null : share(text('uncertain')),
    split: (['train', 'validation', 'test', 'none'] as const).find((name) => name === text('split')) ?? null,
    state: states.find((name) => name === text('state')) ?? null,
    text: text('text').slice(0, 500),
    order: imageOrder.safeParse(text('order')).data ?? 'path',
  }))
  const filter = computed<ImageFilter>(() => {
    const { classes, labelled, suggested, disagreement, duplicate, uncertain, split, state, text } = shown.value
    return {
      ...(classes.length > 0 && { classes: [...classes] }),
      ...(labelled !== null && { labelled }),
      ...((suggested || uncertain !== null) && { suggested: true }),
      ...(disagreement && { disagreement }),
      ...(duplicate && { duplicate }),
      ...(uncertain !== null && { confidence: { from: 0, to: uncertain } }),
      ...(split !== null && { split: split === 'none' ? null : split }),
      ...(state !== null && { state }),
      ...(text !== '' && { text }),
    }
  })
  const count = computed(() => {
    const { classes, labelled, suggested, disagreement, duplicate, uncertain, split, state, text } = shown.value
    const set = [
      classes.length > 0,
      labelled !== null,
      suggested,
      disagreement,
      duplicate,
      uncertain !== null,
      split !== null,
      state !== null,
      text !== '',
    ]
    return set.filter(Boolean).length
  })
  const go = async (changed: Partial<Shown>): Promise<void> => {
    const next = { ...shown.value, ...changed }
    const yes = (value: boolean): string | undefined => (value ? 'yes' : undefined)
    const query = {
      classes: next.classes.join(',') || undefined,
      labelled: next.labelled === null ? undefined : next.labelled ? 'yes' : 'no',
      suggested: yes(next.suggested),
      disagreement: yes(next.disagreement),
      duplicate: yes(next.duplicate),
      uncertain: next.uncertain === null ? undefined : String(next.uncertain),
      split: next.split ?? undefined,
      state: next.state ?? undefined,
      text: next.text || undefined,
      order: next.order === 'path' ? undefined : next.order,
    }
    await router.replace({ query: { ...route.query, ...query } })
  }
  const clear = (): Promise<void> =>
    go({
      ...{ classes: [], labelled: null, suggested: false, disagreement: false, duplicate: false },
      ...{ uncertain: null, split: null, state: null, text: '' },
    })
  return { shown, filter, count, change: (changed) => void go(changed), clear }
}

function share(text: string): number {
  const value = Number(text)
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0.5
}
