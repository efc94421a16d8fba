// Everything that is known of one image.
import { join } from 'node:path'
import { z } from 'zod'
import type { ServiceApi } from '../../../shared/contract/define.ts'
import { classId, share } from '../../../shared/contract/domain.ts'
import type { images } from '../../../shared/contract/images.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import { classRows } from '../history/class-row.ts'
import { readRows } from './rows.ts'

export type ImageDetails = Awaited<ReturnType<ServiceApi<typeof images>['get']>>

interface Stored {
  readonly folder: string
  readonly path: string
  readonly bytes: number
  readonly format: string
  readonly modified_at: number
  readonly added_at: string
  readonly labelled_at: string | null
  readonly problem: string | null
  readonly others: string | null
}

const othersSchema = z.array(z.tuple([classId, share]))

/** @throws AppError 'not-found' */
export function imageDetails(db: Database, image: number): ImageDetails {
  const [row] = readRows(db, [image])
  const stored = db.get<Stored>(
    `SELECT folder, path, bytes, format, modified_at, added_at, labelled_at, problem, others
     FROM images JOIN sources ON sources.id = images.source LEFT JOIN suggestions ON suggestions.image = images.id WHERE images.id = ?`,
    image,
  )
  if (!row || !stored) throw new AppError('not-found', `image ${image}: expected one of the project, found none`)
  const duplicates = db.all<{ id: number }>(
    'SELECT id FROM images WHERE hash = (SELECT hash FROM images WHERE id = ?) AND excluded = 0 AND id <> ? ORDER BY id',
    image,
    image,
  )
  return {
    ...row,
    file: join(stored.folder, stored.path),
    bytes: stored.bytes,
    format: stored.format,
    modifiedAt: new Date(stored.modified_at).toISOString(),
    addedAt: stored.added_at,
    labelledAt: stored.labelled_at,
    problem: stored.problem,
    duplicates: duplicates.map(({ id }) => id),
    suggestions: suggestionsOf(db, row.suggestion, stored.others),
  }
}

/** The first is the image's, whatever classes have been merged since; of the others, those whose classes are there. */
function suggestionsOf(db: Database, first: ImageDetails['suggestion'], others: string | null): ImageDetails['suggestions'] {
  if (first === null) return []
  const there = new Set(classRows(db).map(({ id }) => id))
  const [, ...rest] = othersSchema.parse(JSON.parse(others ?? '[]')).map(([label, confidence]) => ({ class: label, confidence }))
  return [first, ...rest.filter((one) => one.class !== first.class && there.has(one.class))]
}
