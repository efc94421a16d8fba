// One entry of the history: everything that one call changes, in one transaction, with what it takes to undo it.
import type { Action } from '../../../shared/contract/labels.ts'
import type { OpenProject, Studio } from '../context.ts'
import { revisionOf } from '../projects/facts.ts'
import { announce } from './announce.ts'
import { Recorder } from './recorder.ts'

export interface Recorded {
  /** Null where there was nothing to change: then nothing is in the history. */
  readonly action: number | null
  /** Images that were changed. */
  readonly images: number
  readonly revision: number
}

/**
 * Runs `work` in a transaction and keeps what it changes as the latest action, which `labels.undo` takes back. What had been undone before
 * cannot be done again any more. Listeners are told afterwards. Not to be called inside another transaction.
 * @param about.subject name of the class or folder it is about
 * @throws whatever `work` throws; then nothing has changed
 */
export function recordAction(
  { events }: Pick<Studio, 'events'>,
  project: OpenProject,
  about: { readonly kind: Action['kind']; readonly subject: string | null },
  work: (recorder: Recorder) => void,
): Recorded {
  const { db } = project
  const recorded = db.transaction((): Recorded => {
    const at = new Date().toISOString()
    const { id: action } = db.run('INSERT INTO actions (kind, subject, images, at) VALUES (?, ?, 0, ?)', about.kind, about.subject, at)
    work(new Recorder(db, action, at))
    const { images, rows } = countChanges(db, action)
    if (rows === 0) {
      db.run('DELETE FROM actions WHERE id = ?', action)
      return { action: null, images: 0, revision: revisionOf(db) }
    }
    db.run('UPDATE actions SET images = ? WHERE id = ?', images, action)
    db.run('DELETE FROM actions WHERE undone = 1')
    return { action, images, revision: project.touch() }
  })
  if (recorded.action !== null) announce(events, project, recorded.action, recorded.revision)
  return recorded
}

function countChanges(db: OpenProject['db'], action: number): { images: number; rows: number } {
  const counts = db.all<{ subject: string; n: number }>(
    'SELECT subject, count(*) AS n FROM changes WHERE action = ? GROUP BY subject',
    action,
  )
  const rows = counts.reduce((sum, { n }) => sum + n, 0)
  const [only, ...others] = counts.filter(({ subject }) => subject !== 'class')
  if (only === undefined) return { images: 0, rows }
  if (others.length === 0) return { images: only.n, rows }
  const distinct = `SELECT count(DISTINCT row) AS n FROM changes WHERE action = ? AND subject <> 'class'`
  return { images: db.get<{ n: number }>(distinct, action)?.n ?? 0, rows }
}
