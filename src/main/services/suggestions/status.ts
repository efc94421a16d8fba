// What the present suggestions were computed from, and whether that is still so.
import { z } from 'zod'
import { time } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'
import { getJson, putJson } from '../../storage/values.ts'
import type { OpenProject } from '../context.ts'
import { latestModel } from '../predictions/models.ts'

const key = 'suggestions'

const stored = z.object({
  source: z.enum(['model', 'neighbours']),
  run: z.string().nullable(),
  computedAt: time,
  /** Labels and model of then. */
  labels: z.string(),
  latest: z.string().nullable(),
  /** Where nothing was labelled there are no suggestions, but an order all the same: ids of the first images. */
  order: z.array(z.int()),
})

export type Computed = z.infer<typeof stored>
/** What is known before the work begins. */
export type Basis = Pick<Computed, 'labels' | 'latest'>

export function basisOf(project: OpenProject): Basis {
  const labelled = project.db.get<{ n: number }>('SELECT count(*) AS n FROM images WHERE excluded = 0 AND class IS NOT NULL')?.n ?? 0
  const last = project.db.get<{ at: string }>(
    'SELECT labelled_at AS at FROM images WHERE excluded = 0 AND labelled_at IS NOT NULL ORDER BY labelled_at DESC LIMIT 1',
  )?.at
  return { labels: `${labelled} ${last ?? ''}`, latest: latestModel(project)?.run.id ?? null }
}

/** Null where none were computed, or by a version that wrote something else down. */
export function readComputed({ db }: OpenProject): Computed | null {
  return getJson(db, key, stored)
}

/** In the transaction of the last suggestions. */
export function writeComputed({ db }: OpenProject, computed: Computed): void {
  putJson(db, key, computed)
}

/** In the transaction that takes classes away, and suggestions with them, or brings them back. */
export function markStale(db: Database): void {
  const computed = getJson(db, key, stored)
  // As no labels are written down.
  if (computed) putJson(db, key, { ...computed, labels: '' })
}

export function isStale(project: OpenProject, { labels, latest }: Computed): boolean {
  const now = basisOf(project)
  return now.labels !== labels || now.latest !== latest
}
