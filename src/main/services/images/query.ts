// Filters and orders of the contract as SQL over images. Excluded images never appear.
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
  const parts = ['images.excluded = 0']
  const values: SQLInputValue[] = []
  const add = (sql: string, ...added: SQLInputValue[]): void => {
    parts.push(sql)
    values.push(...added)
  }
  if (filter.classes) add(...oneOf('images.class', filter.classes))
  if (filter.labelled !== undefined) add(`images.class IS ${filter.labelled ? 'NOT ' : ''}NULL`)
  if (filter.split !== undefined) add('images.split IS ?', filter.split)
  if (filter.state) add('images.state = ?', filter.state)
  if (filter.text) {
    const patterns = likePatterns(filter.text)
    add(`(${patterns.map(() => `images.path LIKE ? ESCAPE '\\'`).join(' OR ')})`, ...patterns)
  }
  const suggestion = (condition: string): string => `EXISTS (SELECT 1 FROM suggestions WHERE image = images.id${condition})`
  if (filter.suggested !== undefined) add(`${filter.suggested ? '' : 'NOT '}${suggestion('')}`)
  if (filter.suggestedClasses) {
    const [sql, ...classes] = oneOf('suggestions.class', filter.suggestedClasses)
    add(suggestion(` AND ${sql}`), ...classes)
  }
  if (filter.confidence) add(suggestion(' AND confidence BETWEEN ? AND ?'), filter.confidence.from, filter.confidence.to)
  if (filter.disagreement !== undefined)
    add(`${filter.disagreement ? '' : 'NOT '}(images.class IS NOT NULL AND ${suggestion(' AND suggestions.class <> images.class')})`)
  if (filter.duplicate !== undefined)
    add(
      `images.id ${filter.duplicate ? '' : 'NOT '}IN (SELECT twin.id FROM images AS twin WHERE twin.excluded = 0 AND twin.hash IN
        (SELECT hash FROM images WHERE excluded = 0 AND hash IS NOT NULL GROUP BY hash HAVING count(*) > 1))`,
    )
  return { sql: parts.join(' AND '), values }
}

/** How many images a filter leaves. */
export function countImages(db: Database, filter: ImageFilter): number {
  const { sql, values } = filterSql(filter)
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM images WHERE ${sql}`, ...values)?.n ?? 0
}

/** Ids of a page of what a filter leaves, in an order in which ties go by id; without a limit all of them. */
export function imageIds(db: Database, filter: ImageFilter, order: ImageOrder, offset = 0, limit = -1): number[] {
  const { sql, values } = filterSql(filter)
  const query = `SELECT images.id FROM images ${orderSql[order].join} WHERE ${sql} ORDER BY ${orderSql[order].by} LIMIT ? OFFSET ?`
  const ids = db.get<{ ids: string }>(`SELECT json_group_array(id) AS ids FROM (${query})`, ...values, limit, offset)?.ids
  return JSON.parse(ids ?? '[]') as number[]
}

/** The images that a selection means, excluded and unknown ones left out, each once, by id. */
export function selectedIds(db: Database, selection: Selection): number[] {
  const { sql, values } =
    'filter' in selection
      ? filterSql(selection.filter)
      : { sql: 'excluded = 0 AND id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(selection.images)] }
  const ids = db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (SELECT id FROM images WHERE ${sql} ORDER BY id)`,
    ...values,
  )?.ids
  return JSON.parse(ids ?? '[]') as number[]
}

const suggested = 'LEFT JOIN suggestions ON suggestions.image = images.id'
const orderSql: Readonly<Record<ImageOrder, { join: string; by: string }>> = {
  path: { join: '', by: 'images.path, images.id' },
  'path-descending': { join: '', by: 'images.path DESC, images.id DESC' },
  // Ids grow with every image that is added.
  newest: { join: '', by: 'images.id DESC' },
  oldest: { join: '', by: 'images.id' },
  useful: { join: suggested, by: 'suggestions.usefulness DESC NULLS LAST, images.id' },
  confident: { join: suggested, by: 'suggestions.confidence DESC NULLS LAST, images.id' },
  uncertain: { join: suggested, by: 'suggestions.confidence NULLS LAST, images.id' },
  'recently-labelled': { join: '', by: 'images.labelled_at DESC NULLS LAST, images.id DESC' },
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
