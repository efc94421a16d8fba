// Rows of images, as far as they have been in sight, with the labels that the person has just set.
import { onScopeDispose, shallowReactive, watch } from 'vue'
import { onFresh } from '../../api/fresh.ts'
import { usePlatform } from '../../api/platform.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import type { ImageRow } from '../../../shared/contract/images.ts'
import { AppError } from '../../../shared/errors.ts'

export interface ImageRows {
  readonly rows: ReadonlyMap<number, ImageRow>
  /** For a part of the view, as long as it is there: rows of what it has in sight are read and kept.
   * @returns to be called with all ids that are in sight there */
  readonly useSight: () => (ids: readonly number[]) => void
  /** Shows another label at once, until the services have told theirs.
   * @returns to be called when the change has been kept or refused: then the label before it is back */
  readonly show: (ids: Iterable<number>, label: (row: ImageRow) => number | null) => (isKept: boolean) => void
}

/** A label shown before it is kept. */
interface Early {
  readonly label: number | null
  /** What the services know. */
  kept: number | null
  /** On their way: the last one to end lets go. */
  changes: number
}

/** Rows read at once, and rows kept. */
const batch = 500
const most = 20_000

export function useImageRows(): ImageRows {
  const { connection } = usePlatform()
  const project = useProject()
  const notices = useNotices()
  const rows = shallowReactive(new Map<number, ImageRow>())
  const early = new Map<number, Early>()
  const wanted = new Set<number>()
  /** When an id was last shown or dropped: what was read before that is out of date. */
  const touched = new Map<number, number>()
  let clock = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** One each for the grid, the preview and its neighbours. */
  const sights = new Set<{ ids: readonly number[] }>()
  const inSight = (): Set<number> => new Set([...sights].flatMap(({ ids }) => ids))
  const useSight: ImageRows['useSight'] = () => {
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
    for (const id of rows.keys()) if (!near.has(id) && !early.has(id)) rows.delete(id)
  }
  const ask = (id: number): void => {
    wanted.add(id)
    timer ??= setTimeout(() => void read(), 16)
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
    const now = early.get(row.id)
    if (now) now.kept = row.class
    rows.set(row.id, now ? { ...row, class: now.label } : row)
  }

  /** @param changed null = all, and what is in sight but could not be read */
  const drop = (changed: Iterable<number> | null): void => {
    const near = inSight()
    clock++
    for (const id of changed ?? [...rows.keys(), ...near]) {
      touched.set(id, clock)
      // Rows in sight stay until the new ones are there.
      if (near.has(id)) ask(id)
      else rows.delete(id)
    }
  }
  const ends = (['labels.changed', 'images.changed', 'splits.changed', 'suggestions.changed', 'classes.changed'] as const).map((topic) =>
    connection.on(topic, (event) => {
      if (project.isMine(event)) drop('images' in event ? event.images : null)
    }),
  )
  ends.push(onFresh(() => drop(null)))
  onScopeDispose(() => {
    for (const end of ends) end()
  })
  watch(
    () => project.id,
    () => {
      for (const known of [rows, early, touched, wanted]) known.clear()
    },
  )

  const show: ImageRows['show'] = (some, label) => {
    const { id: shownIn } = project
    const changed = new Map<number, number | null>()
    for (const id of some) {
      const row = rows.get(id)
      if (!row) continue
      const next = label(row)
      const before = early.get(id) ?? { kept: row.class, changes: 0 }
      changed.set(id, next)
      early.set(id, { label: next, kept: before.kept, changes: before.changes + 1 })
      rows.set(id, { ...row, class: next })
    }
    return (isKept) => {
      if (shownIn !== project.id) return
      for (const [id, label] of changed) letGo(id, label, isKept)
      drop(changed.keys())
    }
  }
  const letGo = (id: number, label: number | null, isKept: boolean): void => {
    const [now, row] = [early.get(id), rows.get(id)]
    if (!now) return
    if (isKept) now.kept = label
    if (--now.changes > 0) return
    early.delete(id)
    if (row && row.class !== now.kept) rows.set(id, { ...row, class: now.kept })
  }
  return { rows, useSight, show }
}
