// Changes images and classes and writes down what was there before. Images that have the value already are left as they are.
import type { Split } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'
import { among } from '../images/query.ts'
import type { Condition } from '../images/query.ts'
import { markStale } from '../suggestions/status.ts'
import { classRow, removeClass, writeClass } from './class-row.ts'
import type { ClassRow } from './class-row.ts'

/** What one action does, in the transaction of `recordAction`. Conditions choose among all images, excluded ones too where they do not say. */
export class Recorder {
  readonly #db: Database
  readonly #action: number
  /** When it is done, ISO 8601. */
  readonly #at: string

  constructor(db: Database, action: number, at: string) {
    this.#db = db
    this.#action = action
    this.#at = at
  }

  /** Labels images with a class, or takes their label. One whose content had changed under its label counts as present again. */
  label({ sql, values }: Condition, label: number | null): void {
    this.#db.run(
      `INSERT INTO changes (action, subject, row, before, after)
      SELECT ?, 'state', images.id, 'changed', 'present' FROM images WHERE ${sql} AND images.state = 'changed'
      ON CONFLICT (action, subject, row) DO NOTHING`,
      this.#action,
      ...values,
    )
    this.#db.run(
      `INSERT INTO changes (action, subject, row, before, after, before_at)
      SELECT ?, 'label', images.id, images.class, ?, images.labelled_at FROM images WHERE ${sql} AND images.class IS NOT ?
      ON CONFLICT (action, subject, row) DO UPDATE SET after = excluded.after`,
      this.#action,
      label,
      ...values,
      label,
    )
    this.#db.run(`UPDATE images SET state = 'present' WHERE id IN (${changed} 'state')`, this.#action)
    this.#db.run(
      `UPDATE images SET class = ?, labelled_at = ? WHERE id IN (${changed} 'label' AND after IS ?) AND class IS NOT ?`,
      label,
      label === null ? null : this.#at,
      this.#action,
      label,
      label,
    )
  }

  /** Labels each image with its own class: the images of each class by id. */
  labelEach(images: ReadonlyMap<number, readonly number[]>): void {
    for (const [label, ids] of images) this.label(among(ids), label)
  }

  split({ sql, values }: Condition, split: Split | null): void {
    this.#set('split', { sql: `${sql} AND images.split IS NOT ?`, values: [...values, split] }, split)
  }

  exclude({ sql, values }: Condition, isExcluded: boolean): void {
    const value = isExcluded ? 1 : 0
    this.#set('excluded', { sql: `${sql} AND images.excluded <> ?`, values: [...values, value] }, value)
  }

  /** @param about without an id: a new class
   * @returns its id */
  writeClass(about: Omit<ClassRow, 'id'> & { readonly id?: number }): number {
    const before = about.id === undefined ? null : classRow(this.#db, about.id)
    const next = `SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'classes'), 0), coalesce(max(id), 0)) + 1 AS id FROM classes`
    const id = about.id ?? this.#db.get<{ id: number }>(next)?.id ?? 1
    const after = { id, name: about.name, colour: about.colour, hotkey: about.hotkey, position: about.position }
    if (JSON.stringify(before) === JSON.stringify(after)) return id
    this.#keepClass(id, before, after)
    writeClass(this.#db, after)
    return id
  }

  /** Its images become unlabelled. */
  removeClass(id: number): void {
    this.label({ sql: 'images.class = ?', values: [id] }, null)
    this.#keepClass(id, classRow(this.#db, id), null)
    removeClass(this.#db, id)
    markStale(this.#db)
  }

  #keepClass(id: number, before: ClassRow | null, after: ClassRow | null): void {
    this.#db.run(
      `INSERT INTO changes (action, subject, row, before, after) VALUES (?, 'class', ?, ?, ?)
      ON CONFLICT (action, subject, row) DO UPDATE SET after = excluded.after`,
      this.#action,
      id,
      before && JSON.stringify(before),
      after && JSON.stringify(after),
    )
  }

  /** @param column of images, named by this program */
  #set(column: 'split' | 'excluded', { sql, values }: Condition, value: string | number | null): void {
    this.#db.run(
      `INSERT INTO changes (action, subject, row, before, after) SELECT ?, ?, images.id, images.${column}, ? FROM images WHERE ${sql}
      ON CONFLICT (action, subject, row) DO UPDATE SET after = excluded.after`,
      this.#action,
      column,
      value,
      ...values,
    )
    this.#db.run(`UPDATE images SET ${column} = ? WHERE id IN (${changed} ? AND after IS ?)`, value, this.#action, column, value)
  }
}

const changed = 'SELECT row FROM changes WHERE action = ? AND subject ='
