// Groups of images with the same content, or that look nearly alike; and files that cannot be used.
import type { ServiceApi } from '../../../shared/contract/define.ts'
import type { images } from '../../../shared/contract/images.ts'
import type { Database } from '../../storage/database.ts'
import { readRows } from './rows.ts'

type Api = ServiceApi<typeof images>
export type Groups = Awaited<ReturnType<Api['duplicates']>>
export type Unreadable = Awaited<ReturnType<Api['unreadable']>>

/** What the members of a group share; which of the values more than one image has is then known from an index alone. */
const keys = { same: 'hash', near: 'look_group' } as const

/** By the path that comes first in each. Labelled members first, then by path: whoever keeps the first of a group keeps its label. */
export function duplicateGroups(db: Database, kind: keyof typeof keys, offset: number, limit: number): Groups {
  const key = keys[kind]
  const query = `
    FROM images WHERE excluded = 0 AND ${key} IN (SELECT ${key} FROM images WHERE ${key} IS NOT NULL GROUP BY ${key} HAVING count(*) > 1)
    GROUP BY ${key} HAVING count(*) > 1`
  const total = db.get<{ n: number }>(`SELECT count(*) AS n FROM (SELECT 1 ${query})`)?.n ?? 0
  const groups = db.all<{ ids: string }>(
    `SELECT json_group_array(id ORDER BY class IS NULL, path, id) AS ids ${query} ORDER BY min(path), min(id) LIMIT ? OFFSET ?`,
    limit,
    offset,
  )
  return { groups: groups.map(({ ids }) => ({ images: readRows(db, JSON.parse(ids) as number[]) })), total }
}

/** By path. */
export function unreadableFiles(db: Database, offset: number, limit: number): Unreadable {
  const query = `
    SELECT path, coalesce(problem, 'cannot be read') AS reason, id AS image FROM images WHERE state = 'unreadable' AND state <> 'present' AND excluded = 0
    UNION ALL SELECT path, reason, NULL FROM skipped`
  return {
    files: db
      .all<Unreadable['files'][number]>(`${query} ORDER BY path, image LIMIT ? OFFSET ?`, limit, offset)
      .map((file) => ({ ...file })),
    total: db.get<{ n: number }>(`SELECT count(*) AS n FROM (${query})`)?.n ?? 0,
  }
}
