// A project's database: SQLite, one owner at a time, every committed transaction on the disk.
import { rmSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { fileError } from '../../node/file-error.ts'
import { besideOf } from '../../node/files.ts'
import { AppError } from '../../shared/errors.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/index.ts'
import { migrate, versionOf } from './migrate.ts'
import { sqliteError } from './sqlite-error.ts'

export type Row = Readonly<Record<string, null | number | string | Uint8Array>>

export interface DatabaseOptions {
  /** Make it where there is none. Default: refuse. */
  readonly create?: boolean
  /** For tests: other migrations than the project's. */
  readonly migrations?: readonly Migration[]
}

/** Prepared statements kept, the latest used ones. */
const keptStatements = 256
/** Bytes: SQLite's default, which our databases have. */
const pageSize = 4096
/** Milliseconds to wait for an owner that is just leaving. The thread stands still meanwhile. */
const patience = 200

export class Database {
  readonly file: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #identity: string | null
  #depth = 0
  #copying: Promise<void> = Promise.resolve()

  /** Opens the file, takes it for this process alone, looks it through, and brings it to the newest form.
   * What another process had committed before it was killed is there.
   * @throws AppError 'not-found', 'in-use', 'newer-version' (untouched), 'bad-data' (damaged, or no project's), 'no-access', 'disk-full'. */
  constructor(file: string, options: DatabaseOptions = {}) {
    this.file = file
    const isNew = claim(file, options.create ?? false)
    try {
      this.#db = new DatabaseSync(file, { timeout: patience, enableForeignKeyConstraints: true, defensive: true })
    } catch (error) {
      throw sqliteError(error, file)
    }
    try {
      prepare(this.#db, file, isNew, options.migrations ?? migrations)
      this.#identity = identity(file)
    } catch (error) {
      this.#db.close()
      if (isNew) for (const ending of ['', '-wal', '-journal']) rmSync(file + ending, { force: true })
      throw sqliteError(error, file)
    }
  }

  /** Rows of a query. Statements are prepared once. */
  all<T = Row>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#run(sql, (statement) => statement.all(...values) as T[])
  }

  /** The first row of a query. */
  get<T = Row>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#run(sql, (statement) => statement.get(...values) as T | undefined)
  }

  /** Row by row, for results that are better not held all at once. The same query may be run again meanwhile. */
  *each<T = Row>(sql: string, ...values: SQLInputValue[]): Generator<T, void> {
    this.#mustBeOpen()
    try {
      for (const row of this.#db.prepare(sql).iterate(...values)) yield row as T
    } catch (error) {
      throw sqliteError(error, this.file)
    }
  }

  /** A statement that changes rows. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#run(sql, (statement) => statement.run(...values))
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** All or nothing, and on the disk when it returns. Inside another transaction it is a part of that one, and still all or nothing.
   * @param work does all it does before it returns: a promise is refused
   * @throws AppError 'not-found' where the file has gone from its place: nothing is kept that would be lost with it. */
  transaction<T>(work: () => T): T {
    const name = `level${this.#depth}`
    const outermost = this.#depth === 0
    this.#exec(outermost ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`)
    this.#depth++
    try {
      const result = work()
      if (result instanceof Promise)
        throw new AppError('internal', `${this.file}: expected a transaction that ends at once, found a promise`)
      if (outermost) this.#mustBePresent()
      this.#exec(outermost ? 'COMMIT' : `RELEASE ${name}`)
      return result
    } catch (error) {
      this.#undo(outermost, name)
      throw error
    } finally {
      this.#depth--
    }
  }

  /** Its file is still where it was opened: neither unplugged, moved, deleted nor replaced. */
  get present(): boolean {
    return this.#identity === identity(this.file)
  }

  /** What SQLite finds wrong with the file; empty if it is whole. Reads everything: seconds for 100,000 images. */
  problems(): string[] {
    const found = this.all<{ integrity_check: string }>('PRAGMA integrity_check(20)').map((row) => row.integrity_check)
    const orphans = this.all<{ table: string; parent: string }>('PRAGMA foreign_key_check')
    const lost = [...new Set(orphans.map(({ table, parent }) => `rows of ${table} refer to missing rows of ${parent}`))]
    return [...found.filter((line) => line !== 'ok'), ...lost]
  }

  /** A whole copy of it as it is when the copy is done, made a few pages at a time. It has its name only when it is on the disk. */
  copyTo(path: string): Promise<void> {
    this.#mustBeOpen()
    const copy = this.#copying.then(() => copyPages(this.#db, path))
    this.#copying = copy.catch(() => undefined)
    return copy
  }

  /** To be awaited before `close` where a copy may be under way. */
  async settled(): Promise<void> {
    await this.#copying
  }

  close(): void {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  #run<T>(sql: string, use: (statement: StatementSync) => T): T {
    this.#mustBeOpen()
    try {
      return use(this.#statement(sql))
    } catch (error) {
      throw sqliteError(error, this.file)
    }
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql)
    // The latest used one is the last: the first goes when there are too many.
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > keptStatements && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }

  #exec(sql: string): void {
    this.#mustBeOpen()
    try {
      this.#db.exec(sql)
    } catch (error) {
      throw sqliteError(error, this.file)
    }
  }

  /** A full or failing disk may have ended the whole transaction already; then there is nothing left to undo. */
  #undo(outermost: boolean, name: string): void {
    if (!this.#db.isOpen || !this.#db.isTransaction) return
    this.#db.exec(outermost ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`)
  }

  #mustBeOpen(): void {
    if (!this.#db.isOpen) throw new AppError('not-found', `${this.file}: expected an open project, found it closed`)
  }

  #mustBePresent(): void {
    if (!this.present) throw goneError(dirname(this.file))
  }
}

export function goneError(folder: string): AppError {
  return new AppError('not-found', `${folder}: expected the project's folder, found it gone; bring it back and open the project again`, {
    details: { path: folder },
  })
}

/** @returns whether the file is new. An empty file is none of ours: SQLite would take it for a new database and drop its log.
 * Nor is one that ends within a page, unless a log holds the page: SQLite would fill it up with zeros. */
function claim(file: string, create: boolean): boolean {
  if (file === ':memory:') return create
  const bytes = sizeOf(file)
  if (bytes === null && create) return true
  if (bytes === null)
    throw new AppError('not-found', `${file}: expected a project's database, found nothing there`, { details: { path: file } })
  if (bytes === 0) throw damaged(file, 'an empty file')
  if (bytes % pageSize > 0 && (sizeOf(`${file}-wal`) ?? 0) === 0) throw damaged(file, 'one that was cut short')
  return false
}

function sizeOf(file: string): number | null {
  try {
    return statSync(file).size
  } catch (error) {
    const problem = fileError(error, 'open', file)
    if (problem?.code === 'not-found') return null
    throw problem ?? error
  }
}

function damaged(file: string, found: string): AppError {
  return new AppError(
    'bad-data',
    `${file}: expected a whole database, found ${found}; "check" says what it can be restored from, "repair" does it`,
    { details: { path: file } },
  )
}

function prepare(db: DatabaseSync, file: string, isNew: boolean, steps: readonly Migration[]): void {
  // Exclusive: a lock of the operating system, which goes with the process, however it ends.
  // The file may be somebody else's: nothing in its schema is trusted.
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY')
  // 32 MiB (SQLite's own default is 2): rows of 100,000 images are read out of order without asking the system for each page again.
  db.exec('PRAGMA cache_size = -32768')
  const version = versionOf(db, file, steps)
  // Each commit waits for the disk; on macOS for the disk's own cache too.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
  if (!isNew) {
    const [finding] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
    if (finding !== 'ok') throw damaged(file, String(finding).replaceAll(/\s+/g, ' '))
  }
  migrate(db, file, version, steps)
}

async function copyPages(db: DatabaseSync, path: string): Promise<void> {
  const temporary = besideOf(path)
  try {
    await backup(db, temporary, { rate: 200 })
    const file = await open(temporary, 'r+')
    await file.sync().finally(() => file.close())
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(error, 'write', path) ?? sqliteError(error, path)
  }
}

/** Which file it is that lies there; null if there is none. Windows keeps an open file in its place, and its numbers mean less. */
function identity(file: string): string | null {
  if (file === ':memory:') return file
  try {
    const { dev, ino } = statSync(file, { bigint: true })
    return process.platform === 'win32' ? 'there' : `${dev}:${ino}`
  } catch {
    return null
  }
}
