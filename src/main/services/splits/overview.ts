// How many images and labels each split has.
import type { Split } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'
import { classRows } from '../history/class-row.ts'

type Counts = Record<Split | 'none', number>

export interface Overview {
  readonly images: Counts
  readonly labelled: Counts
  readonly classes: { readonly class: number; readonly labelled: Counts }[]
}

export function overview(db: Database): Overview {
  const images = none()
  const labelled = none()
  const classes = classRows(db).map(({ id }) => ({ class: id, labelled: none() }))
  const byClass = new Map(classes.map((row) => [row.class, row.labelled]))
  // In the order of an index: no sorting of all images.
  const rows = db.all<Counts & { class: number | null }>(
    `SELECT class, sum(split IS 'train') AS train, sum(split IS 'validation') AS validation, sum(split IS 'test') AS test, sum(split IS NULL) AS none
    FROM images INDEXED BY images_by_class WHERE excluded = 0 GROUP BY class`,
  )
  for (const { class: label, ...counts } of rows) {
    add(images, counts)
    if (label === null) continue
    add(labelled, counts)
    const own = byClass.get(label)
    if (own) add(own, counts)
  }
  return { images, labelled, classes }
}

/** Labels that training can use, class by class: of files that are there, and not set apart for validation or test. */
export function trainingLabels(db: Database): { class: number; of: number }[] {
  const rows = db.all<{ class: number; n: number }>(
    `SELECT class, count(*) AS n FROM images NOT INDEXED
    WHERE excluded = 0 AND class IS NOT NULL AND state IN ('present', 'changed') AND (split IS NULL OR split = 'train') GROUP BY class`,
  )
  const counts = new Map(rows.map((row) => [row.class, row.n]))
  return classRows(db).map(({ id }) => ({ class: id, of: counts.get(id) ?? 0 }))
}

function add(sum: Counts, counts: Counts): void {
  for (const key of ['train', 'validation', 'test', 'none'] as const) sum[key] += counts[key]
}

function none(): Counts {
  return { train: 0, validation: 0, test: 0, none: 0 }
}
