// Which unlabelled images to label next.
import type { OpenProject } from '../context.ts'
import { readComputed } from './status.ts'

export interface Next {
  readonly images: number[]
  readonly reason: 'diverse' | 'uncertain' | 'path'
}

/** Worth a label, and to be seen. */
const open = `images.excluded = 0 AND images.class IS NULL AND images.state IN ('present', 'changed')`

/** Most useful first; images of which nothing is known come last, by path. @param after an image from an earlier answer */
export function nextImages(project: OpenProject, count: number, after: number | undefined): Next {
  const computed = readComputed(project)
  const last = after === undefined ? null : placeOf(project, computed?.order ?? [], after)
  const known =
    !last || last.isKnown
      ? computed?.order.length
        ? inOrder(project, computed.order, last, count)
        : byUsefulness(project, last, count)
      : []
  const rest = known.length < count ? byPath(project, computed?.order ?? [], last?.isKnown ? null : last, count - known.length) : []
  const reason = known.length === 0 ? 'path' : computed?.source === 'model' ? 'uncertain' : 'diverse'
  return { images: [...known, ...rest], reason }
}

interface Place {
  readonly id: number
  readonly path: string
  readonly usefulness: number | null
  /** Index in the order, -1 = not in it. */
  readonly at: number
  readonly isKnown: boolean
}

/** Null for an image that has gone: then the list begins anew. */
function placeOf({ db }: OpenProject, order: readonly number[], id: number): Place | null {
  const found = db.get<{ path: string; usefulness: number | null }>(
    'SELECT images.path, suggestions.usefulness FROM images LEFT JOIN suggestions ON suggestions.image = images.id WHERE images.id = ?',
    id,
  )
  const at = order.indexOf(id)
  return found ? { id, ...found, at, isKnown: found.usefulness !== null || at >= 0 } : null
}

function byUsefulness({ db }: OpenProject, last: Place | null, count: number): number[] {
  const sql = (condition: string): string =>
    `SELECT images.id FROM suggestions INDEXED BY suggestions_by_usefulness CROSS JOIN images ON images.id = suggestions.image
    WHERE ${condition} AND ${open} ORDER BY suggestions.usefulness DESC, suggestions.image LIMIT ?`
  const rows =
    last === null || last.usefulness === null
      ? db.all<{ id: number }>(sql('true'), count)
      : db.all<{ id: number }>(
          sql('suggestions.usefulness <= ? AND (suggestions.usefulness < ? OR suggestions.image > ?)'),
          ...[last.usefulness, last.usefulness, last.id, count],
        )
  return rows.map(({ id }) => id)
}

function inOrder({ db }: OpenProject, order: readonly number[], last: Place | null, count: number): number[] {
  return db
    .all<{ id: number }>(
      `SELECT images.id FROM json_each(?) AS wanted JOIN images ON images.id = wanted.value WHERE ${open} ORDER BY wanted.key LIMIT ?`,
      JSON.stringify(order.slice((last?.at ?? -1) + 1)),
      count,
    )
    .map(({ id }) => id)
}

function byPath({ db }: OpenProject, order: readonly number[], last: Place | null, count: number): number[] {
  return db
    .all<{ id: number }>(
      `SELECT images.id FROM images INDEXED BY images_by_path
      WHERE ${open} AND (images.path, images.id) > (?, ?) AND images.id NOT IN (SELECT value FROM json_each(?))
      AND NOT EXISTS (SELECT 1 FROM suggestions WHERE suggestions.image = images.id)
      ORDER BY images.path, images.id LIMIT ?`,
      ...[last?.path ?? '', last?.id ?? 0, JSON.stringify(order), count],
    )
    .map(({ id }) => id)
}
