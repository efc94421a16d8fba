// Filters and orders of the contract as SQL over images. Excluded images never appear.
// Each order is the order of an index, so that a page deep in a list costs a scan of the index and no sort (bench/labels.ts).
import type { SQLInputValue } from 'node:sqlite'
import type { ImageFilter, ImageOrder, Selection } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'

export interface Condition {
  /** For `SELECT … FROM images WHERE …`: the table goes by its own name. */
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** What a filter means. */
export function filterSql(filter: ImageFilter): Condition {
  return condition(filter, (part) => `EXISTS (SELECT 1 FROM suggestions WHERE suggestions.image = images.id${part && ` AND ${part}`})`)
}

/** What a selection means; excluded and unknown images are left out. */
export function selectionSql(selection: Selection): Condition {
  if ('filter' in selection) return filterSql(selection.filter)
  return { sql: 'images.excluded = 0 AND images.id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(selection.images)] }
}

/** How many images a filter leaves. */
export function countImages(db: Database, filter: ImageFilter): number {
  const { sql, values } = filterSql(filter)
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM images WHERE ${sql}`, ...values)?.n ?? 0
}

/** Ids of a page of what a filter leaves, each once, in a stable order in which ties go by id. Without a limit: all of them. */
export function imageIds(db: Database, filter: ImageFilter, order: ImageOrder, offset = 0, limit = Infinity): number[] {
  const [ordered, hasRest] = orders[order](filter)
  // Read from its beginning: how long the first part is, is then known without counting it.
  const end = offset + limit
  const ids = ordered ? idsOf(db, ordered, end) : []
  if (!hasRest || ids.length >= end) return ids.slice(offset)
  const known = new Set(ids)
  const all = idsOf(db, { from: 'images NOT INDEXED', where: filterSql(filter), by: 'images.id' }, end)
  return [...ids, ...all.filter((id) => !known.has(id))].slice(offset, end)
}

/** The images that a selection means, each once, by id. */
export function selectedIds(db: Database, selection: Selection): number[] {
  return idsOf(db, { from: 'images', where: selectionSql(selection), by: 'images.id' })
}

interface Query {
  readonly from: string
  readonly where: Condition
  readonly by: string
}

/** Images that have what the order goes by (null: there are none), and whether others follow them, by id. */
type Ordered = readonly [query: Query | null, hasRest: boolean]

const byPath = (filter: ImageFilter, direction: string): Ordered => [
  { from: 'images INDEXED BY images_by_path', where: filterSql(filter), by: `images.path ${direction}, images.id ${direction}` },
  false,
]
const byId = (filter: ImageFilter, direction: string): Ordered => [
  { from: 'images NOT INDEXED', where: filterSql(filter), by: `images.id ${direction}` },
  false,
]
const bySuggestion = (filter: ImageFilter, index: string, by: string): Ordered => {
  const { suggested, suggestedClasses, confidence, disagreement } = filter
  const from = `suggestions INDEXED BY ${index} CROSS JOIN images ON images.id = suggestions.image`
  return [
    suggested === false ? null : { from, where: condition(filter, (part) => part || '1'), by },
    suggested !== true && !suggestedClasses && !confidence && disagreement !== true,
  ]
}

const orders: Readonly<Record<ImageOrder, (filter: ImageFilter) => Ordered>> = {
  path: (filter) => byPath(filter, 'ASC'),
  'path-descending': (filter) => byPath(filter, 'DESC'),
  // Ids grow with every image that is added.
  newest: (filter) => byId(filter, 'DESC'),
  oldest: (filter) => byId(filter, 'ASC'),
  useful: (filter) => bySuggestion(filter, 'suggestions_by_usefulness', 'suggestions.usefulness DESC, suggestions.image'),
  confident: (filter) => bySuggestion(filter, 'suggestions_by_confidence', 'suggestions.confidence DESC, suggestions.image'),
  uncertain: (filter) => bySuggestion(filter, 'suggestions_by_confidence', 'suggestions.confidence, suggestions.image DESC'),
  'recently-labelled': (filter) => {
    const { sql, values } = filterSql(filter)
    const where = { sql: `${sql} AND images.labelled_at IS NOT NULL`, values }
    const labelled = { from: 'images INDEXED BY images_by_label_time', where, by: 'images.labelled_at DESC, images.id DESC' }
    return [filter.labelled === false ? null : labelled, filter.labelled !== true && !filter.classes]
  },
}

/** @param suggestion what holds of an image whose suggestion fulfils a condition; '' = any suggestion */
function condition(filter: ImageFilter, suggestion: (part: string) => string): Condition {
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
  if (filter.suggested !== undefined) add(`${filter.suggested ? '' : 'NOT '}${suggestion('')}`)
  if (filter.suggestedClasses) {
    const [sql, ...classes] = oneOf('suggestions.class', filter.suggestedClasses)
    add(suggestion(sql), ...classes)
  }
  if (filter.confidence) add(suggestion('suggestions.confidence BETWEEN ? AND ?'), filter.confidence.from, filter.confidence.to)
  if (filter.disagreement !== undefined)
    add(`${filter.disagreement ? '' : 'NOT '}(images.class IS NOT NULL AND ${suggestion('suggestions.class <> images.class')})`)
  if (filter.duplicate !== undefined) add(`images.id ${filter.duplicate ? '' : 'NOT '}IN (${duplicates})`)
  return { sql: parts.join(' AND '), values }
}

/** Ids of images whose content another one has. Excluded ones do not count. */
export const duplicates = `SELECT twin.id FROM
  (SELECT hash FROM images INDEXED BY images_by_hash WHERE excluded = 0 AND hash IS NOT NULL GROUP BY hash HAVING count(*) > 1) AS shared
  CROSS JOIN images AS twin INDEXED BY images_by_hash ON twin.hash = shared.hash AND twin.excluded = 0`

function idsOf(db: Database, { from, where, by }: Query, limit = Infinity): number[] {
  const page = `SELECT images.id AS id FROM ${from} WHERE ${where.sql} ORDER BY ${by} LIMIT ?`
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
