// Brings a database to the newest form, step by step, with a copy of it kept before each.
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { copyBeforeMigration } from './backups.ts'
import type { Migration } from './migrations/index.ts'

/** Marks our databases among all SQLite files: "STSt". */
const applicationId = 0x53545374

/** A number that a PRAGMA answers. */
export function pragma(db: DatabaseSync, name: 'user_version' | 'application_id' | 'page_count'): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** The form that a database has, 0 for an empty one. Only reads.
 * @throws AppError 'newer-version' where this program is too old for it, 'bad-data' where it is another program's. */
export function versionOf(db: DatabaseSync, file: string, migrations: readonly Migration[]): number {
  if (pragma(db, 'page_count') === 0) return 0
  if (pragma(db, 'application_id') !== applicationId)
    throw new AppError('bad-data', `${file}: expected a project's database, found one of another program`, { details: { path: file } })
  const version = pragma(db, 'user_version')
  const newest = migrations.at(-1)?.version ?? 0
  if (version > newest)
    throw new AppError(
      'newer-version',
      `${file}: expected version ${newest} or older, found ${version}; a newer version of this program opens it`,
      { details: { path: file, expected: newest, found: version } },
    )
  return version
}

/** Each step is made wholly or not at all; a new database has nothing to be kept.
 * @param current as `versionOf` tells
 * @throws AppError 'bad-data'; SQLite's errors as they are. */
export function migrate(db: DatabaseSync, file: string, current: number, migrations: readonly Migration[]): void {
  const steps = migrations.filter(({ version }) => version > current)
  if (steps.length === 0) return
  // A step may make a table anew under its old name: references are checked when it is done.
  db.exec('PRAGMA foreign_keys = OFF')
  try {
    for (const step of steps) {
      if (current > 0) copyBeforeMigration(db, file, step.version)
      apply(db, file, step)
    }
  } finally {
    db.exec('PRAGMA foreign_keys = ON')
  }
}

function apply(db: DatabaseSync, file: string, { version, sql }: Migration): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(sql)
    const [orphan] = db.prepare('PRAGMA foreign_key_check').all()
    if (orphan)
      throw new AppError('bad-data', `${file}: expected whole references, found a row of ${String(orphan.table)} without its other half`)
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}; COMMIT`)
  } catch (error) {
    // A full disk may have ended it already.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
