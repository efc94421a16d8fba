// A project's database: SQLite, one owner at a time, every committed transaction on the disk.
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { migrations } from './migrations/index.ts'
import { migrate } from './migrate.ts'
import { sqliteError } from './sqlite-error.ts'

export type Row = Readonly<Record<string, null | number | string | Uint8Array>>

export interface DatabaseOptions {
  /** Make it where there is none. Default: refuse. */
  readonly create?: boolean
}

export class Database {
  readonly file: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0

  /** Opens the file, takes it for this process alone, and brings it to the newest form.
   * @throws AppError 'not-found', 'in-use', 'newer-version', 'bad-data' (damaged or no database), 'no-access', 'disk-full'. */
  constructor(file: string, { create = false }: DatabaseOptions = {}) {
    if (!create && !existsSync(file)) throw new AppError('not-found', `${file}: expected a project's database, found nothing there`)
    this.file = file
    try {
      this.#db = new DatabaseSync(file, { timeout: 1000, enableForeignKeyConstraints: true, defensive: true })
    } catch (error) {
      throw sqliteError(error, file)
    }
    try {
      // Exclusive: a lock of the operating system, which goes with the process, however it ends.
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY')
      migrate(this.#db, file, migrations)
    } catch (error) {
      this.#db.close()
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

  /** Row by row, for results that are better not held all at once. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#run(sql, (statement) => statement.iterate(...values) as Iterable<Row>)
  }

  /** A statement that changes rows. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#run(sql, (statement) => statement.run(...values))
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** All or nothing, and on the disk when it returns. Inside another transaction it is a part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work()
    this.#exec('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.#exec('COMMIT')
      return result
    } catch (error) {
      // A full disk may have ended it already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#depth--
    }
  }

  /** What SQLite finds wrong with the file; empty if it is whole. */
  problems(): string[] {
    return this.all<{ integrity_check: string }>('PRAGMA integrity_check').flatMap(({ integrity_check: found }) =>
      found === 'ok' ? [] : found,
    )
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  #run<T>(sql: string, use: (statement: StatementSync) => T): T {
    try {
      let statement = this.#statements.get(sql)
      if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
      return use(statement)
    } catch (error) {
      throw sqliteError(error, this.file)
    }
  }

  #exec(sql: string): void {
    try {
      this.#db.exec(sql)
    } catch (error) {
      throw sqliteError(error, this.file)
    }
  }
}
