// A class as the history keeps it: its whole row, so that it can be made again with the id it had.
import type { Database } from '../../storage/database.ts'

export interface ClassRow {
  readonly id: number
  readonly name: string
  readonly colour: string
  readonly hotkey: string | null
  readonly position: number
}

/** In their order. */
export function classRows(db: Database): ClassRow[] {
  return db.all<ClassRow>('SELECT id, name, colour, hotkey, position FROM classes ORDER BY position, id')
}

export function classRow(db: Database, id: number): ClassRow | null {
  return db.get<ClassRow>('SELECT id, name, colour, hotkey, position FROM classes WHERE id = ?', id) ?? null
}

/** Makes the class, or makes it what it shall be. */
export function writeClass(db: Database, { id, name, colour, hotkey, position }: ClassRow): void {
  db.run(
    `INSERT INTO classes (id, name, colour, hotkey, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, colour = excluded.colour, hotkey = excluded.hotkey, position = excluded.position`,
    id,
    name,
    colour,
    hotkey,
    position,
  )
}

/** Its images must have lost it before; suggestions of it go. */
export function removeClass(db: Database, id: number): void {
  db.run('DELETE FROM classes WHERE id = ?', id)
}
