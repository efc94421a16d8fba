// Brings a database to the newest form, step by step, with a copy of it kept before each.
import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import type { Migration } from './migrations/index.ts'

/** Folder for copies, beside the database. */
export const backupFolder = 'backups'

/** @throws AppError 'newer-version' for a database that this program is too old for; it stays as it is. */
export function migrate(db: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const current = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
  const newest = migrations.at(-1)?.version ?? 0
  if (current > newest)
    throw new AppError(
      'newer-version',
      `${file}: expected version ${newest} or older, found ${current}; a newer version of this program opens it`,
    )
  for (const { version, sql } of migrations) {
    if (version <= current) continue
    if (current > 0) keepCopy(db, file, version - 1)
    db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version}; COMMIT`)
  }
}

/** A whole copy, made by SQLite itself: `backups/project-v1-2026-11-24T02-20-00.db`. */
export function keepCopy(db: DatabaseSync, file: string, version: number): string {
  const folder = join(dirname(file), backupFolder)
  mkdirSync(folder, { recursive: true })
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const copy = join(folder, `${basename(file, '.db')}-v${version}-${stamp}.db`)
  db.prepare('VACUUM INTO ?').run(copy)
  return copy
}
