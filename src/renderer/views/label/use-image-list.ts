// The images that the grid shows: all ids in their order, rows as far as they have been in sight, labels as the person has just set them.
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { usePlatform } from '../../api/platform.ts'
import { useResource } from '../../composables/use-resource.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import type { ImageFilter, ImageOrder } from '../../../shared/contract/domain.ts'
import type { ImageRow } from '../../../shared/contract/images.ts'
import { AppError } from '../../../shared/errors.ts'
import { orderOf, withMoved } from '../../widgets/selection.ts'
import type { Order } from '../../widgets/selection.ts'
import type { Filter } from './use-filter.ts'

export interface ImageList {
  readonly order: ComputedRef<Order>
  readonly rows: ReadonlyMap<number, ImageRow>
  readonly isLoaded: ComputedRef<boolean>
  readonly error: Ref<AppError | null>
  /** Labels have changed since the list was made: images may be in it that the filter would leave out now. They stay where they are until it is made anew. */
  readonly isStale: Ref<boolean>
  readonly refresh: () => Promise<void>
  /** For a part of the view, as long as it is there: rows of what it has in sight are read and kept.
   * @returns to be called with all ids that are in sight there */
  readonly useSight: () => (ids: readonly number[]) => void
  /** Shows another label at once, until the services have told theirs. @returns to be called when the change has been kept or refused */
  readonly show: (ids: Iterable<number>, label: (row: ImageRow) => number | null) => () => void
}

/** Rows read at once, and rows kept. */
const batch = 500
const most = 20_000

export function useImageList({ filter, shown }: Filter): ImageList {
  const { connection } = usePlatform()
  const project = useProject()
  const notices = useNotices()
  const isStale = ref(false)
  const rows = shallowReactive(new Map<number, ImageRow>())
  const wanted = new Set<number>()
  /** Labels shown before they are kept: how often, so that the last change to end lets go. */
  const shownNow = new Map<number, { label: number | null; changes: number }>()
  /** When an id was last shown or dropped: what was read before that is out of date. */
  const touched = new Map<number, number>()
  let clock = 0

  const conditions = (): { filter: ImageFilter; order: ImageOrder } => ({ filter: filter.value, order: shown.value.order })
  const key = computed(() => JSON.stringify([project.id, conditions()]))
  const mine = (event: { project: string }): boolean => event.project === project.id
  const { data, error, reload } = useResource(
    (signal) => {
      if (project.id === null) return null
      isStale.value = false
      return connection.api.images.ids({ project: project.id, ...conditions() }, { signal })
    },
    { of: key, on: { 'images.changed': (event) => mine(event) && event.images === null, 'suggestions.changed': mine }, pause: 200 },
  )
  // The old list stays in sight until the new one is there.
  const ids = shallowRef<readonly number[]>([])
  watch(data, (answer) => answer && (ids.value = answer.images))
  const order = computed(() => orderOf(ids.value))

  const moved = new Set<number>()
  /** Images that were taken out or put back go and come; others stay where they are, whatever their labels are by now. */
  async function follow(): Promise<void> {
    const [asked, some] = [key.value, new Set(moved)]
    moved.clear()
    if (project.id === null || some.size === 0) return
    try {
      const { images } = await connection.api.images.ids({ project: project.id, ...conditions() })
      if (asked === key.value) ids.value = withMoved(ids.value, images, some)
    } catch (thrown) {
      notices.report(AppError.from(thrown))
    }
  }
  /** One after the other: the latest answer counts. */
  let following = Promise.resolve()

  const drop = (changed: readonly number[] | null): void => {
    const near = inSight()
    clock++
    for (const id of changed ?? rows.keys()) {
      touched.set(id, clock)
      // Rows in sight stay until the new ones are there.
      if (near.has(id)) ask(id)
      else rows.delete(id)
    }
  }
  const changes = (['labels.changed', 'images.changed', 'splits.changed', 'suggestions.changed', 'classes.changed'] as const).map((topic) =>
    connection.on(topic, (event) => {
      if (!mine(event)) return
      if (topic === 'labels.changed' || topic === 'splits.changed') isStale.value = dependsOnLabels()
      drop('images' in event ? event.images : null)
    }),
  )
  changes.push(
    connection.on('images.changed', (event) => {
      if (!mine(event) || !event.membership) return
      for (const id of event.images ?? []) moved.add(id)
      following = following.then(follow)
    }),
  )
  const dependsOnLabels = (): boolean => {
    const { classes, labelled, disagreement, split } = filter.value
    return (
      classes !== undefined ||
      labelled !== undefined ||
      disagreement !== undefined ||
      split !== undefined ||
      shown.value.order === 'recently-labelled'
    )
  }
  onScopeDispose(() => {
    for (const end of changes) end()
  })
  watch(
    () => project.id,
    () => {
      rows.clear()
      shownNow.clear()
      touched.clear()
    },
  )

  let timer: ReturnType<typeof setTimeout> | undefined
  /** One each for the grid, the preview and its neighbours. */
  const sights = new Set<{ ids: readonly number[] }>()
  const inSight = (): Set<number> => new Set([...sights].flatMap(({ ids }) => ids))
  function ask(id: number): void {
    wanted.add(id)
    timer ??= setTimeout(() => void read(), 16)
  }
  const useSight: ImageList['useSight'] = () => {
    const sight: { ids: readonly number[] } = { ids: [] }
    sights.add(sight)
    onScopeDispose(() => sights.delete(sight))
    return (some) => {
      sight.ids = some
      for (const id of some) if (!rows.has(id)) ask(id)
      if (rows.size > most) forget()
    }
  }
  const forget = (): void => {
    const near = inSight()
    for (const id of rows.keys()) if (!near.has(id) && !shownNow.has(id)) rows.delete(id)
  }
  async function read(): Promise<void> {
    timer = undefined
    // The latest wishes first: they are in sight.
    const some = [...wanted].reverse().slice(0, batch)
    for (const id of some) wanted.delete(id)
    const asked = project.id
    if (asked === null || some.length === 0) return
    const at = clock
    try {
      const { images } = await connection.api.images.rows({ project: asked, images: some })
      if (asked === project.id) for (const row of images) if ((touched.get(row.id) ?? 0) <= at) take(row)
    } catch (thrown) {
      notices.report(AppError.from(thrown))
    }
    if (wanted.size > 0) timer ??= setTimeout(() => void read(), 0)
  }
  const take = (row: ImageRow): void => {
    const now = shownNow.get(row.id)
    rows.set(row.id, now ? { ...row, class: now.label } : row)
  }

  const show = (some: Iterable<number>, label: (row: ImageRow) => number | null): (() => void) => {
    const changed: number[] = []
    for (const id of some) {
      const row = rows.get(id)
      if (!row) continue
      const next = label(row)
      changed.push(id)
      shownNow.set(id, { label: next, changes: (shownNow.get(id)?.changes ?? 0) + 1 })
      rows.set(id, { ...row, class: next })
    }
    return () => {
      for (const id of changed) {
        const now = shownNow.get(id)
        if (now && --now.changes <= 0) shownNow.delete(id)
      }
      drop(changed)
    }
  }
  const isLoaded = computed(() => data.value !== null || ids.value.length > 0)
  return { order, rows, isLoaded, error, isStale, refresh: reload, useSight, show }
}
