// Tells listeners what an action, its undo or its redo has changed.
import type { EventHub } from '../../transport/event-hub.ts'
import type { OpenProject } from '../context.ts'

/** Images that an event names at most. */
const named = 1000

/** To be called after the commit. Labels, classes and splits have events of their own; `images.changed` is for rows that come, go or change otherwise. */
export function announce(events: EventHub, { id: project, db }: OpenProject, action: number, revision: number): void {
  const changed = { project, revision }
  /** Null where there are too many to name, undefined where there are none. */
  const images = (subjects: string): number[] | null | undefined => {
    const sql = `SELECT DISTINCT row FROM changes WHERE action = ? AND subject IN (${subjects}) LIMIT ${named + 1}`
    const rows = db.all<{ row: number }>(sql, action)
    return rows.length === 0 ? undefined : rows.length > named ? null : rows.map(({ row }) => row)
  }
  const has = (subject: string): boolean =>
    db.get('SELECT 1 FROM changes WHERE action = ? AND subject = ? LIMIT 1', action, subject) !== undefined
  if (has('class')) events.emit('classes.changed', changed)
  // Classes that went took suggestions along.
  if (db.get(`SELECT 1 FROM changes WHERE action = ? AND subject = 'class' AND after IS NULL`, action))
    events.emit('suggestions.changed', { project })
  const labelled = images(`'label'`)
  if (labelled !== undefined) events.emit('labels.changed', { ...changed, images: labelled })
  if (has('split')) events.emit('splits.changed', changed)
  const others = images(`'excluded', 'state'`)
  if (others !== undefined) events.emit('images.changed', { ...changed, images: others, membership: has('excluded') })
}
