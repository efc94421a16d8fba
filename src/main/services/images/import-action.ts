// Labels and splits that a folder's layout tells, as one entry of the history however many batches they come in, or one more after what
// people have done in between.
import type { Split } from '../../../shared/contract/domain.ts'
import type { SameFile } from '../../../shared/scan.ts'
import type { Database } from '../../storage/database.ts'
import { classMaker } from '../classes/change.ts'
import { classesByName, cleanName, nameKey } from '../classes/names.ts'
import { Recorder } from '../history/recorder.ts'

interface Known {
  readonly id: number
  readonly class: number | null
  readonly split: Split | null
  readonly told_class: string | null
  readonly told_split: Split | null
}

type Subject = 'label' | 'split'

export class ImportAction {
  readonly #db: Database
  readonly #subject: string
  /** By `nameKey`. */
  readonly #classes = new Map<string, number>()
  #action: { readonly id: number; readonly at: string } | null = null
  /** Images that this batch gave something. */
  readonly #images = new Set<number>()
  #labels = 0
  #splits = 0
  #newClasses = 0
  #told = 0

  /** @param subject what is imported, for people */
  constructor(db: Database, subject: string) {
    this.#db = db
    this.#subject = subject
  }

  get counts(): { readonly labels: number; readonly splits: number; readonly classes: number; readonly newClasses: number } {
    return { labels: this.#labels, splits: this.#splits, classes: this.#told, newClasses: this.#newClasses }
  }

  /** When its labels are given, as redo gives them again. */
  get at(): string {
    return this.#open().at
  }

  /** Makes the classes that are missing, in their order, where the source is new. Later ones are made when an image needs them: a class
   * that somebody has renamed or deleted must not come back for nothing. */
  begin(names: readonly string[], isNew: boolean): void {
    if (isNew) this.#makeClasses(names)
    this.#told = names.length
  }

  /** At the beginning of each batch, in its transaction: people may have undone, relabelled and deleted since the one before. Undo goes
   * strictly back: what comes after anything else, undone or not, is an entry of its own. */
  startBatch(): void {
    const newest = this.#db.get<{ id: number; undone: number }>('SELECT id, undone FROM actions ORDER BY id DESC LIMIT 1')
    if (newest?.id !== this.#action?.id || newest?.undone === 1) this.#action = null
    const classes = new Set(this.#db.all<{ id: number }>('SELECT id FROM classes').map(({ id }) => id))
    for (const [key, id] of this.#classes) if (!classes.has(id)) this.#classes.delete(key)
  }

  /** At the end of each batch. */
  endBatch(): void {
    if (this.#images.size > 0) this.#db.run('UPDATE actions SET images = images + ? WHERE id = ?', this.#images.size, this.#open().id)
    this.#images.clear()
  }

  classOf({ class: name }: SameFile): number | null {
    if (name === null || !isName(name)) return null
    const key = nameKey(name)
    if (!this.#classes.has(key)) this.#makeClasses([name])
    return this.#classes.get(key) ?? null
  }

  /** Writes down what a new image got. */
  added(image: number, label: number | null, split: Split | null): void {
    if (label !== null) this.#record('label', image, label)
    if (split !== null) this.#record('split', image, split)
  }

  /** Gives a known image what its folder tells now and did not tell before. What it told before has been given, and perhaps taken away
   * again by a person or by undo: it stays away. A label or split that is there stays in any case. */
  apply({ id, class: label, split, told_class: toldClass, told_split: toldSplit }: Known, file: SameFile): void {
    if (toldClass === file.class && toldSplit === file.split) return
    this.#db.run('UPDATE images SET told_class = ?, told_split = ? WHERE id = ?', file.class, file.split, id)
    const newLabel = label === null && toldClass !== file.class ? this.classOf(file) : null
    if (newLabel !== null) {
      this.#db.run('UPDATE images SET class = ?, labelled_at = ? WHERE id = ?', newLabel, this.at, id)
      this.#record('label', id, newLabel)
    }
    if (split === null && file.split !== null && toldSplit !== file.split) {
      this.#db.run('UPDATE images SET split = ? WHERE id = ?', file.split, id)
      this.#record('split', id, file.split)
    }
  }

  #record(subject: Subject, image: number, after: number | string): void {
    if (subject === 'label') this.#labels++
    else this.#splits++
    this.#images.add(image)
    this.#db.run(
      'INSERT INTO changes (action, subject, row, before, after) VALUES (?, ?, ?, NULL, ?)',
      this.#open().id,
      subject,
      image,
      after,
    )
  }

  #open(): { readonly id: number; readonly at: string } {
    if (this.#action !== null) return this.#action
    // What was undone cannot be done again after something new.
    this.#db.run('DELETE FROM actions WHERE undone = 1')
    const at = new Date().toISOString()
    const { id } = this.#db.run(`INSERT INTO actions (kind, subject, images, at) VALUES ('import', ?, 0, ?)`, this.#subject, at)
    return (this.#action = { id, at })
  }

  #makeClasses(names: readonly string[]): void {
    const { ids, missing } = classesByName(this.#db, names.filter(isName))
    for (const [key, id] of ids) this.#classes.set(key, id)
    if (missing.length === 0) return
    const make = classMaker(this.#db, new Recorder(this.#db, this.#open().id, ''))
    for (const name of missing) this.#classes.set(nameKey(name), make({ name }))
    this.#newClasses += missing.length
  }
}

/** A folder may be called by a space. */
function isName(name: string): boolean {
  return cleanName(name) !== ''
}
