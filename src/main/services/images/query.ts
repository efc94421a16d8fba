// Filters and orders of the contract as SQL over images. Excluded images never appear.
// Each order is the order of an index, so that a page deep in a list costs a scan of the index and no sort (bench/labels.ts).
import type { SQLInputValue } from 'node:sqlite'
import type { ImageFilter, ImageOrder, Selection } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'

export interface Condition {
  /** For `SELECT … FROM images WHERE …`: the table goes by its own name. */
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** @throws AppError 'not-found' naming the first id that is no image of the project; excluded ones are */
export function requireKnown(db: Database, selection: Selection): void {
  if ('filter' in selection) return
  const unknown = db.get<{ id: number }>(
    'SELECT list.value AS id FROM json_each(?) AS list WHERE list.value NOT IN (SELECT id FROM images) ORDER BY list.key LIMIT 1',
    JSON.stringify(selection.images),
  )
  if (unknown) throw new AppError('not-found', `image ${unknown.id}: expected an image of the project, found none`)
}

/** What a selection means; excluded and unknown images are left out. */
export function selectionSql(selection: Selection): Condition {
  if ('filter' in selection) return filterSql(selection.filter)
  return among(selection.images)
}

/** Images by id, excluded ones left out. */
export function among(ids: readonly number[]): Condition {
  return { sql: 'images.excluded = 0 AND images.id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(ids)] }
}

/** How many images a filter leaves. */
export function countImages(db: Database, filter: ImageFilter): number {
  const { sql, values } = filterSql(filter)
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM images WHERE ${sql}`, ...values)?.n ?? 0
}

/** Ids of a page of what a filter leaves, each once, in a stable order in which ties go by id. Without a limit: all of them. */
export function imageIds(db: Database, filter: ImageFilter, order: ImageOrder, offset = 0, limit = Infinity): number[] {
  const end = offset + limit
  const where = filterSql(filter)
  const index = indices[order]
  if (!('keyed' in index)) return idsOf(db, { ...index, where }, end).slice(offset)

  if (end <= head / 5) {
    // The first pages, without looking at everything.
    const first = idsOf(db, index.keyed, head)
    const left = marks(idsOf(db, { id: 'images.id', from: 'images', where: and(where, among(first)), by: 'images.id' }))
    const ids = first.filter((id) => left[id])
    if (ids.length >= end) return ids.slice(offset, end)
  }
  // Row by row in the order of ids is several times as fast as in another one; the order comes from the index alone.
  const all = idsOf(db, { id: 'images.id', from: 'images NOT INDEXED', where, by: 'images.id' })
  const left = marks(all)
  const ordered = idsOf(db, index.keyed).filter((id) => left[id])
  for (const id of ordered) left[id] = 0
  return [...ordered, ...all.filter((id) => left[id])].slice(offset, end)
}

interface Query {
  /** The column that holds ids of images, and the table and index that are read. */
  readonly id: 'images.id' | 'suggestions.image'
  readonly from: string
  readonly where: Condition
  readonly by: string
}

/** An index of all images, or of those that have what the order goes by; the others follow them, by id. */
type Index = Omit<Query, 'where'> | { readonly keyed: Query }

/** Images of an index that are looked at for the first pages. */
const head = 5000
const everything: Condition = { sql: '1', values: [] }
const suggested = (index: string, by: string): Index => ({
  keyed: { id: 'suggestions.image', from: `suggestions INDEXED BY ${index}`, where: everything, by },
})

const indices: Readonly<Record<ImageOrder, Index>> = {
  path: { id: 'images.id', from: 'images INDEXED BY images_by_path', by: 'images.path, images.id' },
  'path-descending': { id: 'images.id', from: 'images INDEXED BY images_by_path', by: 'images.path DESC, images.id DESC' },
  // Ids grow with every image that is added.
  newest: { id: 'images.id', from: 'images NOT INDEXED', by: 'images.id DESC' },
  oldest: { id: 'images.id', from: 'images NOT INDEXED', by: 'images.id' },
  useful: suggested('suggestions_by_usefulness', 'usefulness DESC, id'),
  confident: suggested('suggestions_by_confidence', 'confidence DESC, id'),
  uncertain: suggested('suggestions_by_confidence', 'confidence, id DESC'),
  'recently-labelled': {
    keyed: {
      id: 'images.id',
      from: 'images INDEXED BY images_by_label_time',
      where: { sql: 'excluded = 0 AND labelled_at IS NOT NULL', values: [] },
      by: 'labelled_at DESC, id DESC',
    },
  },
}

/** What a filter means. */
export function filterSql(filter: ImageFilter): Condition {
  const parts = ['images.excluded = 0']
  const values: SQLInputValue[] = []
  const add = (sql: string, ...added: SQLInputValue[]): void => {
    parts.push(sql)
    values.push(...added)
  }
  if (filter.classes) add(...oneOf('images.class', filter.classes))
  if (filter.labelled !== undefined) add(`images.class IS ${filter.labelled ? 'NOT ' : ''}NULL`)
  if (filter.split !== undefined) add('images.split IS ?', filter.split)
  // Said twice: the index of images that need attention holds the others only.
  if (filter.state) add(filter.state === 'present' ? 'images.state = ?' : `images.state <> 'present' AND images.state = ?`, filter.state)
  if (filter.text) {
    const patterns = likePatterns(filter.text)
    add(`(${patterns.map(() => `images.path LIKE ? ESCAPE '\\'`).join(' OR ')})`, ...patterns)
  }
  const suggestion = (part: string): string => `EXISTS (SELECT 1 FROM suggestions WHERE suggestions.image = images.id${part})`
  if (filter.suggested !== undefined) add(`${filter.suggested ? '' : 'NOT '}${suggestion('')}`)
  if (filter.suggestedClasses) {
    const [sql, ...classes] = oneOf('suggestions.class', filter.suggestedClasses)
    add(suggestion(` AND ${sql}`), ...classes)
  }
  if (filter.confidence) add(suggestion(' AND suggestions.confidence BETWEEN ? AND ?'), filter.confidence.from, filter.confidence.to)
  if (filter.disagreement !== undefined)
    add(`${filter.disagreement ? '' : 'NOT '}(images.class IS NOT NULL AND ${suggestion(' AND suggestions.class <> images.class')})`)
  if (filter.duplicate !== undefined) add(`images.id ${filter.duplicate ? '' : 'NOT '}IN (${duplicates})`)
  return { sql: parts.join(' AND '), values }
}

/** Ids of images whose content another one has. Excluded ones do not count. */
export const duplicates = `SELECT twin.id FROM
  (SELECT hash FROM images INDEXED BY images_by_hash WHERE excluded = 0 AND hash IS NOT NULL GROUP BY hash HAVING count(*) > 1) AS shared
  CROSS JOIN images AS twin INDEXED BY images_by_hash ON twin.hash = shared.hash AND twin.excluded = 0`

function and(first: Condition, second: Condition): Condition {
  return { sql: `${first.sql} AND ${second.sql}`, values: [...first.values, ...second.values] }
}

/** 1 at each id. */
function marks(ids: readonly number[]): Uint8Array {
  const marked = new Uint8Array(ids.reduce((largest, id) => Math.max(largest, id), 0) + 1)
  for (const id of ids) marked[id] = 1
  return marked
}

function idsOf(db: Database, { id, from, where, by }: Query, limit = Infinity): number[] {
  const page = `SELECT ${id} AS id FROM ${from} WHERE ${where.sql} ORDER BY ${by} LIMIT ?`
  // One text is read many times as fast as many rows.
  const ids = db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (${page})`,
    ...where.values,
    Number.isFinite(limit) ? limit : -1,
  )?.ids
  return JSON.parse(ids ?? '[]') as number[]
}

function oneOf(column: string, values: readonly number[]): [sql: string, ...values: SQLInputValue[]] {
  const [first, ...others] = values
  if (first !== undefined && others.length === 0) return [`${column} = ?`, first]
  return [`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(values)]
}

/** SQLite's LIKE takes small and capital letters alike in ASCII only; of others the usual spellings are asked for. */
function likePatterns(text: string): string[] {
  const variants = /^[\x20-\x7e]*$/.test(text)
    ? [text]
    : [text, text.toLowerCase(), text.toUpperCase()].flatMap((variant) => [variant.normalize('NFC'), variant.normalize('NFD')])
  return [...new Set(variants)].map((variant) => `%${variant.replace(/[\\%_]/g, '\\$&')}%`)
}
