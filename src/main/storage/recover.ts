// Copies what can be read of a damaged database into a new one, row by row, and jumps over what cannot.
import { existsSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { migrate, pragma } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { sqliteError } from './sqlite-error.ts'

type Values = Record<string, SQLInputValue>

/** Rows copied, by table. */
export type Recovered = Readonly<Record<string, number>>

/** Rows between two pauses, in which others have their turn. */
const batch = 1000
/** Keys tried one by one behind a place that cannot be read, about what lies on one page; then in steps that double. */
const nearby = 4096
/** Keys are at most this: larger ones are not ours. */
const largestKey = Number.MAX_SAFE_INTEGER

/** @param from the damaged file; reading it may change it, so it is a copy or one is kept
 * @param to a file that is not there yet; whole when this ends well
 * @throws AppError 'bad-data' where not even the list of tables can be read */
export async function recover(from: string, to: string): Promise<Recovered> {
  // SQLite would make a file that is not there.
  if (!existsSync(from)) throw nothingLeft(from)
  // Reads on where the file is shorter than its header says.
  const source = open(from, 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA writable_schema = ON; PRAGMA trusted_schema = OFF')
  const target = open(to, 'PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY')
  try {
    const version = sourceVersion(source, from)
    migrate(
      target,
      to,
      0,
      migrations.filter((step) => step.version <= version),
    )
    target.exec('PRAGMA foreign_keys = OFF; BEGIN')
    const recovered: Record<string, number> = {}
    for (const table of tablesOf(target)) recovered[table] = await copyTable(source, target, table)
    keepNumbers(source, target)
    mendReferences(target)
    target.exec('COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE')
    if (Object.values(recovered).every((rows) => rows === 0)) throw nothingLeft(from)
    return recovered
  } catch (error) {
    throw sqliteError(error, to)
  } finally {
    source.close()
    target.close()
  }
}

function open(file: string, pragmas: string): DatabaseSync {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false })
  try {
    db.exec(pragmas)
    return db
  } catch (error) {
    db.close()
    throw sqliteError(error, file)
  }
}

function nothingLeft(file: string): AppError {
  return new AppError('bad-data', `${file}: expected something that can be read, found nothing; only a backup brings it back`, {
    details: { path: file },
  })
}

function sourceVersion(source: DatabaseSync, file: string): number {
  try {
    const version = pragma(source, 'user_version')
    const newest = migrations.at(-1)?.version ?? 0
    return version >= 1 && version <= newest ? version : newest
  } catch (error) {
    if (sqliteError(error, file) instanceof AppError) throw nothingLeft(file)
    throw error
  }
}

function tablesOf(db: DatabaseSync): string[] {
  const rows = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`).all()
  return rows.map(({ name }) => String(name))
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** An ever growing whole number to go on from: the row's id, or the first column of its key; null where the key is a text. */
  readonly key: string | null
  readonly order: string
}

/** All names come from our own migrations. */
function describe(source: DatabaseSync, target: DatabaseSync, name: string): Table | null {
  const info = target.prepare('SELECT name, type, pk FROM pragma_table_info(?) ORDER BY pk').all(name)
  const there = new Set(
    source
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(name)
      .map((column) => column.name),
  )
  if (there.size === 0) return null
  const columns = info.map((column) => String(column.name)).filter((column) => there.has(column))
  const keys = info.filter(({ pk }) => Number(pk) > 0)
  const [first] = keys
  return {
    name,
    columns,
    key: first?.type === 'INTEGER' ? String(first.name) : null,
    order: keys.map((column) => String(column.name)).join(', '),
  }
}

async function copyTable(source: DatabaseSync, target: DatabaseSync, name: string): Promise<number> {
  let table: Table | null
  try {
    table = describe(source, target, name)
  } catch {
    return 0
  }
  if (!table) return 0
  const writer = new Writer(target, table)
  const columns = table.columns.join(', ')
  const { key, order } = table
  // Indices may be damaged by themselves: rows are read from the table.
  const read = `SELECT ${columns} FROM ${name}`
  let whole = true
  if (key === null) whole = await writer.take(source, `${read} ORDER BY ${order}`)
  else {
    const after = `${read} WHERE ${key} > ? ORDER BY ${order}`
    for (let last: number | null = -1; last !== null && !(await writer.take(source, after, last));) {
      whole = false
      const from = Math.max(last, writer.lastKey)
      // No row came: not even the one after `from` can be read whole.
      const start = from === last ? from + 1 : from
      last = nextReadable(source, `SELECT ${key} FROM ${name} WHERE ${key} > ? ORDER BY ${order} LIMIT 1`, start)
    }
  }
  // From the other end, as far as the damage: finds what the jumps have missed.
  if (!whole) await writer.take(source, `${read} ORDER BY ${order.replaceAll(',', ' DESC,')} DESC`)
  return writer.rows
}

/** The nearest key from `start` on behind which reading goes on; null if there is none. */
function nextReadable(source: DatabaseSync, sql: string, start: number): number | null {
  const statement = source.prepare(sql)
  const fails = (key: number): boolean => {
    try {
      statement.get(key)
      return false
    } catch {
      return true
    }
  }
  for (let key = start; key <= start + nearby; key++) if (!fails(key)) return key
  let bad = start + nearby
  let good = bad
  for (let step = nearby; fails(good); step *= 2) {
    if (good >= largestKey) return null
    bad = good
    good = Math.min(good + step, largestKey)
  }
  while (good - bad > 1) {
    const middle = Math.floor((bad + good) / 2)
    if (fails(middle)) bad = middle
    else good = middle
  }
  return good
}

/** Takes over rows as far as they can be read and make sense. */
class Writer {
  rows = 0
  lastKey = -1
  readonly #insert: StatementSync
  readonly #table: Table

  constructor(target: DatabaseSync, table: Table) {
    this.#table = table
    const marks = table.columns.map(() => '?').join(', ')
    this.#insert = target.prepare(`INSERT OR IGNORE INTO ${table.name} (${table.columns.join(', ')}) VALUES (${marks})`)
  }

  /** @returns whether the end was reached */
  async take(source: DatabaseSync, sql: string, ...values: SQLInputValue[]): Promise<boolean> {
    try {
      for (const row of source.prepare(sql).iterate(...values) as Iterable<Values>) {
        this.#write(row)
        if (this.rows % batch === 0) await setImmediate()
      }
      return true
    } catch {
      return false
    }
  }

  #write(row: Values): void {
    const { key, columns } = this.#table
    if (key !== null && typeof row[key] === 'number') this.lastKey = Math.max(this.lastKey, row[key])
    try {
      this.rows += Number(this.#insert.run(...columns.map((column) => row[column] ?? null)).changes)
    } catch {
      // A value that the column does not take: the row is damaged itself.
    }
  }
}

/** Ids of lost rows are not given again. */
function keepNumbers(source: DatabaseSync, target: DatabaseSync): void {
  try {
    const update = target.prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?')
    for (const { name, seq } of source.prepare('SELECT name, seq FROM sqlite_sequence').all()) update.run(Number(seq), String(name))
  } catch {
    // Cannot be read: the numbers go on behind the largest that is left.
  }
}

/** Rows that others need come back by number, so that no label is lost with a name; what is left without its other half goes. */
function mendReferences(db: DatabaseSync): void {
  db.exec(`
    INSERT INTO sources (id, folder) SELECT DISTINCT source, 'lost-' || source FROM images WHERE source NOT IN (SELECT id FROM sources);
    INSERT INTO classes (id, name, colour, position)
      SELECT DISTINCT class, 'recovered ' || class, '#808080', class FROM images
      WHERE class IS NOT NULL AND class NOT IN (SELECT id FROM classes);
    DELETE FROM skipped WHERE source NOT IN (SELECT id FROM sources);
    DELETE FROM suggestions WHERE image NOT IN (SELECT id FROM images) OR class NOT IN (SELECT id FROM classes);
    DELETE FROM changes WHERE action NOT IN (SELECT id FROM actions);
  `)
}
