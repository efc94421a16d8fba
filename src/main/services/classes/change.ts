// What can be done with classes; each is one action of the history.
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import { classRows } from '../history/class-row.ts'
import type { ClassRow } from '../history/class-row.ts'
import type { Recorder } from '../history/recorder.ts'
import { cleanName, existingClass, requireFree } from './names.ts'
import { freeColour, freeKey } from './palette.ts'

type Changes = { readonly [Key in keyof Wanted]?: Wanted[Key] | undefined }

interface Wanted {
  readonly name: string
  readonly colour?: string | undefined
  readonly hotkey?: string | null | undefined
}

/** @returns its id; @throws AppError 'bad-option' for a name or hotkey that is taken */
export function createClass(db: Database, recorder: Recorder, wanted: Wanted): number {
  requireFree(db, { name: wanted.name, hotkey: wanted.hotkey ?? null })
  return classMaker(db, recorder)(wanted)
}

/** Makes classes of names that are free, many in a row: each behind the others, with a free colour and key where none is given. */
export function classMaker(db: Database, recorder: Recorder): (wanted: Wanted) => number {
  const rows = classRows(db)
  const colours = rows.map((row) => row.colour)
  const hotkeys = new Set(rows.map((row) => row.hotkey))
  let position = rows.at(-1)?.position ?? 0
  return ({ name, colour = freeColour(colours), hotkey = freeKey(hotkeys) }) => {
    colours.push(colour)
    hotkeys.add(hotkey)
    return recorder.writeClass({ name: cleanName(name), colour, hotkey, position: ++position })
  }
}

export function updateClass(db: Database, recorder: Recorder, id: number, change: Changes): void {
  const row = existingClass(db, id)
  const { name = row.name, colour = row.colour, hotkey = row.hotkey } = change
  requireFree(db, { name, hotkey }, id)
  recorder.writeClass({ ...row, name: cleanName(name), colour, hotkey })
}

/** @param order all classes, each once */
export function reorderClasses(db: Database, recorder: Recorder, order: readonly number[]): void {
  const rows = new Map(classRows(db).map((row) => [row.id, row]))
  const wanted = order.flatMap((id): ClassRow[] => {
    const row = rows.get(id)
    return row ? [row] : []
  })
  if (wanted.length !== order.length || new Set(order).size !== order.length || order.length !== rows.size)
    throw new AppError('bad-option', `order: expected each of the ${rows.size} classes once, found ${order.join(', ')}`, {
      details: { field: 'order' },
    })
  // Places may have gaps: the same order is no change.
  if ([...rows.keys()].every((id, i) => id === order[i])) return
  for (const [index, row] of wanted.entries()) recorder.writeClass({ ...row, position: index + 1 })
}

/** Images and suggestions of `from` become those of `into`; `from` goes. */
export function mergeClasses(db: Database, recorder: Recorder, from: readonly number[], into: number): void {
  const sources = [...new Set(from)].map((id) => existingClass(db, id))
  if (from.includes(into)) throw new AppError('bad-option', `from: expected other classes than the one to merge into, found ${into}`)
  const ids = JSON.stringify(sources.map(({ id }) => id))
  recorder.label({ sql: 'images.class IN (SELECT value FROM json_each(?))', values: [ids] }, into)
  db.run('UPDATE suggestions SET class = ? WHERE class IN (SELECT value FROM json_each(?))', into, ids)
  for (const { id } of sources) recorder.removeClass(id)
}
