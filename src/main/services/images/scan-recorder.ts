// Writes into the database what a scan tells, batch by batch: each batch is one transaction, so that the project is whole at any moment.
//
// A file is known by its path; where the path is new, by its content: a missing image whose content turns up again has moved, and keeps
// its id, label and split. Content that changes under the same path keeps the label, but the image counts as `changed` until somebody
// confirms it. What a person has labelled, cleared or excluded stays as it is.
import { lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FileState, Split } from '../../../shared/contract/domain.ts'
import type { JobEvent } from '../../../shared/events.ts'
import type { ReadFile, SameFile, ScanEvent } from '../../../shared/scan.ts'
import type { OpenProject } from '../context.ts'
import { ImportAction } from './import-action.ts'

export interface ScanSource {
  readonly id: number
  readonly folder: string
}

interface Stored {
  readonly id: number
  readonly hash: Uint8Array | null
  readonly state: FileState
  readonly problem: string | null
  readonly width: number
  readonly class: number | null
  readonly split: Split | null
  readonly told_class: string | null
  readonly told_split: Split | null
}

interface Twin extends Stored {
  readonly path: string
  readonly folder: string
}

/** Images with the same content that are looked at when a new path is found: enough, and no folder of copies takes long. */
const twinsTried = 8
const columns = 'images.id, hash, state, problem, width, class, split, told_class, told_split'

export class ScanRecorder {
  readonly #project: OpenProject
  readonly #source: ScanSource
  readonly #action: ImportAction
  readonly #counts = { added: 0, moved: 0, changed: 0 }
  /** Images that this scan has found gone, and not elsewhere so far. */
  readonly #lost = new Set<number>()
  #scan: ScanEvent | null = null
  #done = 0
  #revision: number | null = null

  constructor(project: OpenProject, source: ScanSource) {
    this.#project = project
    this.#source = source
    this.#action = new ImportAction(project.db, source.folder)
  }

  get counts(): Readonly<Record<'added' | 'moved' | 'changed' | 'missing', number>> {
    return { ...this.#counts, missing: this.#lost.size }
  }

  /** Images done, of how many; null before all names are known. */
  get progress(): { readonly done: number; readonly total: number } | null {
    return this.#scan && { done: this.#done, total: this.#scan.images }
  }

  /** After the latest batch; null where nothing was written. */
  get revision(): number | null {
    return this.#revision
  }

  get layout(): string {
    return this.#scan?.layout ?? ''
  }

  get labels(): ImportAction {
    return this.#action
  }

  /** @returns whether it changed something */
  take(event: JobEvent): boolean {
    switch (event.event) {
      case 'scan':
        return this.#write(() => this.#begin(event))
      case 'gone':
        return this.#write(() => this.#gone(event.paths))
      case 'skipped':
        return this.#write(() => {
          for (const { path, reason } of event.files)
            this.#project.db.run('INSERT OR REPLACE INTO skipped (source, path, reason) VALUES (?, ?, ?)', this.#source.id, path, reason)
        })
      case 'files':
        return this.#write(() => {
          for (const file of event.same) this.#same(file)
          for (const file of event.read) this.#read(file)
          this.#done += event.same.length + event.read.length
        })
      default:
        return false
    }
  }

  /** All of the source's images: its folder is not there. */
  allGone(): void {
    const { db } = this.#project
    this.#write(() => {
      const lost = db.all<{ id: number }>(
        `UPDATE images SET state = 'missing' WHERE source = ? AND state <> 'missing' RETURNING id`,
        this.#source.id,
      )
      for (const { id } of lost) this.#lost.add(id)
    })
  }

  #write(work: () => void): true {
    const { db } = this.#project
    db.transaction(() => {
      this.#action.startBatch()
      work()
      this.#action.endBatch()
      this.#revision = this.#project.touch()
    })
    return true
  }

  #begin(event: ScanEvent): void {
    this.#scan = event
    const isNew = this.#project.db.get('SELECT 1 FROM sources WHERE id = ? AND layout IS NULL', this.#source.id) !== undefined
    this.#project.db.run('UPDATE sources SET layout = ? WHERE id = ?', event.layout, this.#source.id)
    this.#project.db.run('DELETE FROM skipped WHERE source = ?', this.#source.id)
    this.#action.begin(event.classes, isNew)
  }

  #gone(paths: readonly string[]): void {
    const lost = this.#project.db.all<{ id: number }>(
      `UPDATE images SET state = 'missing' WHERE source = ? AND path IN (SELECT value FROM json_each(?)) AND state <> 'missing' RETURNING id`,
      this.#source.id,
      JSON.stringify(paths),
    )
    for (const { id } of lost) this.#lost.add(id)
  }

  #same(file: SameFile): void {
    const row = this.#find(file.path)
    if (!row) return
    if (row.state === 'missing')
      this.#project.db.run(`UPDATE images SET state = iif(problem IS NULL, 'present', 'unreadable') WHERE id = ?`, row.id)
    this.#action.apply(row, file)
  }

  #read(file: ReadFile): void {
    const row = this.#find(file.path)
    if (row) {
      this.#update(row, file)
      this.#action.apply(row, file)
      return
    }
    const twin = file.hash === null ? null : this.#movedFrom(file, file.hash)
    if (!twin) return this.#insert(file)
    this.#project.db.run('UPDATE images SET source = ?, path = ? WHERE id = ?', this.#source.id, file.path, twin.id)
    this.#update(twin, file)
    this.#action.apply(twin, file)
    this.#lost.delete(twin.id)
    this.#counts.moved++
  }

  #insert(file: ReadFile): void {
    const { hash, bytes, modifiedAt, format, width, height } = stored(file)
    const now = new Date().toISOString()
    const label = this.#action.classOf(file)
    const { id } = this.#project.db.run(
      `INSERT INTO images (source, path, hash, bytes, modified_at, format, width, height, state, problem, class, labelled_at, split,
        told_class, told_split, added_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#source.id,
      file.path,
      hash,
      bytes,
      modifiedAt,
      format,
      width,
      height,
      file.problem === null ? 'present' : 'unreadable',
      file.problem,
      label,
      label === null ? null : this.#action.at,
      file.split,
      file.class,
      file.split,
      now,
    )
    this.#action.added(id, label, file.split)
    this.#counts.added++
  }

  #update(row: Stored, file: ReadFile): void {
    const { db } = this.#project
    if (file.hash === null) {
      // No reading, no content: the hash of before stays, to know the file again. Width 0 says that it is the reading that failed.
      const { bytes, modifiedAt } = file
      db.run(
        `UPDATE images SET bytes = ?, modified_at = ?, width = 0, height = 0, state = 'unreadable', problem = ? WHERE id = ?`,
        bytes,
        modifiedAt,
        file.problem,
        row.id,
      )
      return
    }
    const { hash, bytes, modifiedAt, format, width, height } = stored(file)
    const isSame = row.hash !== null && hash !== null && Buffer.compare(row.hash, hash) === 0
    const isChanged = !isSame && row.hash !== null
    // Where the size is known, the decoder has found damage that a header does not show.
    const problem = file.problem ?? (isSame && row.width > 0 ? row.problem : null)
    const isUnconfirmed = row.class !== null && (isChanged || (isSame && row.state === 'changed'))
    db.run(
      `UPDATE images SET hash = ?, bytes = ?, modified_at = ?, format = ?, width = ?, height = ?, state = ?, problem = ? WHERE id = ?`,
      hash,
      bytes,
      modifiedAt,
      format,
      width,
      height,
      problem !== null ? 'unreadable' : isUnconfirmed ? 'changed' : 'present',
      problem,
      row.id,
    )
    if (isSame) return
    db.run('UPDATE images SET look = NULL, look_group = NULL WHERE id = ?', row.id)
    db.run('DELETE FROM suggestions WHERE image = ?', row.id)
    if (isChanged) this.#counts.changed++
  }

  #find(path: string): Stored | undefined {
    return this.#project.db.get<Stored>(`SELECT ${columns} FROM images WHERE source = ? AND path = ?`, this.#source.id, path)
  }

  /** An image with this content whose file is not where it was: of several, one that had the same name. */
  #movedFrom({ path, bytes }: ReadFile, hash: string): Twin | null {
    const twins = this.#project.db.all<Twin>(
      `SELECT ${columns}, images.path, sources.folder
       FROM images JOIN sources ON sources.id = images.source
       WHERE images.hash = ? AND images.bytes = ? ORDER BY images.state <> 'missing', images.id LIMIT ${twinsTried}`,
      Buffer.from(hash, 'hex'),
      bytes,
    )
    // Another source's files may have gone since its own last scan.
    const moved = twins.filter((twin) => twin.state === 'missing' || (twin.folder !== this.#source.folder && isGone(twin)))
    return moved.find((twin) => basename(twin.path) === basename(path)) ?? moved[0] ?? null
  }
}

function isGone({ folder, path }: Twin): boolean {
  try {
    return lstatSync(join(folder, path), { throwIfNoEntry: false }) === undefined
  } catch {
    // It may be there: it cannot be looked at.
    return false
  }
}

function stored({
  hash,
  bytes,
  modifiedAt,
  format,
  width,
  height,
}: ReadFile): Omit<ReadFile, 'hash' | 'path' | 'class' | 'split' | 'problem'> & { hash: Uint8Array | null } {
  return { hash: hash === null ? null : Buffer.from(hash, 'hex'), bytes, modifiedAt, format, width, height }
}
