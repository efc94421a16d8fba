// Undo and redo: strictly the latest action first, so that each finds the values it left, and what was before is restored exactly.
import type { Action } from '../../../shared/contract/labels.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { OpenProject, Studio } from '../context.ts'
import { revisionOf } from '../projects/facts.ts'
import { markStale } from '../suggestions/status.ts'
import { announce } from './announce.ts'
import { removeClass, writeClass } from './class-row.ts'
import type { ClassRow } from './class-row.ts'

export interface Moved {
  /** Null where there is nothing to undo or redo. */
  readonly action: Action | null
  readonly revision: number
}

interface StoredAction {
  readonly id: number
  readonly kind: Action['kind']
  readonly subject: string | null
  readonly images: number
  readonly at: string
  readonly undone: number
}

const columns = 'id, kind, subject, images, at, undone'
const latestDone = `SELECT ${columns} FROM actions WHERE undone = 0 ORDER BY id DESC LIMIT 1`
const firstUndone = `SELECT ${columns} FROM actions WHERE undone = 1 ORDER BY id LIMIT 1`

/** Takes back the latest action that is not undone. @param only this one. @throws AppError 'conflict' where another one is the latest */
export function undo(studio: Pick<Studio, 'events'>, project: OpenProject, only?: number): Moved {
  return move(studio, project, latestDone, 'before', only)
}

/** Does the action again that was undone last. */
export function redo(studio: Pick<Studio, 'events'>, project: OpenProject): Moved {
  return move(studio, project, firstUndone, 'after')
}

/** Newest first. */
export function history(
  db: Database,
  offset: number,
  limit: number,
): { actions: Action[]; total: number; canUndo: boolean; canRedo: boolean } {
  const actions = db.all<StoredAction>(`SELECT ${columns} FROM actions ORDER BY id DESC LIMIT ? OFFSET ?`, limit, offset).map(toAction)
  const total = db.get<{ n: number }>('SELECT count(*) AS n FROM actions')?.n ?? 0
  return { actions, total, canUndo: db.get(latestDone) !== undefined, canRedo: db.get(firstUndone) !== undefined }
}

function move({ events }: Pick<Studio, 'events'>, project: OpenProject, which: string, side: Side, only?: number): Moved {
  const { db } = project
  const moved = db.transaction((): Moved => {
    const found = db.get<StoredAction>(which)
    if (only !== undefined && found?.id !== only)
      throw new AppError('conflict', `action ${only}: expected it to be the latest, found ${found?.id ?? 'none'}`)
    if (!found) return { action: null, revision: revisionOf(db) }
    apply(db, found, side)
    const undone = side === 'before' ? 1 : 0
    db.run('UPDATE actions SET undone = ? WHERE id = ?', undone, found.id)
    return { action: toAction({ ...found, undone }), revision: project.touch() }
  })
  if (moved.action) announce(events, project, moved.action.id, moved.revision)
  return moved
}

type Side = 'before' | 'after'

/** Gives everything that an action changed the value it had on one side of it. Classes come first and go last: labels refer to them. */
function apply(db: Database, { id: action, at }: StoredAction, side: Side): void {
  const classes = db.all<{ readonly id: number } & Readonly<Record<Side, string | null>>>(
    `SELECT row AS id, before, after FROM changes WHERE action = ? AND subject = 'class'`,
    action,
  )
  for (const { [side]: row } of classes) if (row !== null) writeClass(db, JSON.parse(row) as ClassRow)
  // An image that has gone is not found; a class that has gone leaves none.
  db.run(
    `UPDATE images SET class = target.class, labelled_at = iif(target.class IS NULL, NULL, target.at)
    FROM (SELECT row, (SELECT id FROM classes WHERE id = changes.${side}) AS class, ${side === 'before' ? 'before_at' : '?'} AS at
      FROM changes WHERE action = ? AND subject = 'label') AS target
    WHERE images.id = target.row`,
    ...(side === 'before' ? [action] : [at, action]),
  )
  for (const column of ['split', 'excluded'])
    db.run(
      `UPDATE images SET ${column} = changes.${side} FROM changes WHERE action = ? AND subject = ? AND images.id = changes.row`,
      action,
      column,
    )
  // Files go their own way meanwhile: one that is missing by now stays so.
  db.run(
    `UPDATE images SET state = changes.${side} FROM changes
    WHERE action = ? AND subject = 'state' AND images.id = changes.row AND images.state IN (changes.before, changes.after)`,
    action,
  )
  for (const { id, [side]: row } of classes) if (row === null) removeClass(db, id)
  if (classes.every(({ after }) => after !== null)) return
  // A merge gave suggestions another class, which they bore no longer than that.
  db.run(
    `UPDATE suggestions SET class = others ->> '$[0][0]'
    WHERE class <> others ->> '$[0][0]' AND others ->> '$[0][0]' IN (SELECT id FROM classes)`,
  )
  markStale(db)
}

function toAction({ undone, ...action }: StoredAction): Action {
  return { ...action, undone: undone === 1 }
}
