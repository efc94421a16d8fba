// The images that an export is about, page by page in the order of their paths.
import type { Split } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'

export interface ExportedImage {
  readonly id: number
  /** Of its source. */
  readonly folder: string
  /** Relative to it, forward slashes. */
  readonly path: string
  readonly label: string | null
  readonly split: Split | null
  readonly state: string
}

const pageSize = 1000
const labelled = 'images.excluded = 0 AND images.class IS NOT NULL'
const labelledOrSplit = 'images.excluded = 0 AND (images.class IS NOT NULL OR images.split IS NOT NULL)'

/** @param labelledOnly else those with a split, too */
export function* exportedImages(db: Database, labelledOnly: boolean): Generator<ExportedImage[]> {
  let last: ExportedImage | undefined
  for (;;) {
    const page: ExportedImage[] = db.all<ExportedImage>(
      `SELECT images.id, sources.folder, images.path, classes.name AS label, images.split, images.state
      FROM images INDEXED BY images_by_path CROSS JOIN sources ON sources.id = images.source LEFT JOIN classes ON classes.id = images.class
      WHERE ${labelledOnly ? labelled : labelledOrSplit} AND (images.path, images.id) > (?, ?)
      ORDER BY images.path, images.id LIMIT ${pageSize}`,
      last?.path ?? '',
      last?.id ?? 0,
    )
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    last = page.at(-1)
  }
}

export function countExported(db: Database, labelledOnly: boolean): number {
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM images WHERE ${labelledOnly ? labelled : labelledOrSplit}`)?.n ?? 0
}

export function hasOneSource(db: Database): boolean {
  return (db.get<{ n: number }>('SELECT count(*) AS n FROM sources')?.n ?? 0) < 2
}

/** Whether a labelled image has a split. */
export function hasSplits(db: Database): boolean {
  return db.get(`SELECT 1 FROM images WHERE ${labelled} AND images.split IS NOT NULL LIMIT 1`) !== undefined
}
