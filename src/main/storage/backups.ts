// Copies of a database, in a folder beside it: one before each migration, and one a day.
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { fileError } from '../../node/file-error.ts'
import { besideOf, makeFolder } from '../../node/files.ts'

/** Folder for copies, beside the database. */
export const backupFolder = 'backups'
const daily = 'daily-'
/** Daily copies kept. */
const kept = 5
const day = 24 * 60 * 60 * 1000

export interface Backup {
  /** Name in the folder of backups. */
  readonly file: string
  readonly at: string
  readonly bytes: number
  /** Form of the database. */
  readonly version: number
}

/** `2026-11-24T02-20-00-123`: sorts by time, fit for a file's name everywhere. */
export function stamp(): string {
  return new Date().toISOString().slice(0, 23).replaceAll(/[:.]/g, '-')
}

/** A whole copy, made by SQLite itself: `backups/before-v2-….db`. It has its name only when it is on the disk.
 * Of several attempts at one migration the latest two stay. */
export function copyBeforeMigration(db: DatabaseSync, file: string, version: number): void {
  const folder = join(dirname(file), backupFolder)
  mkdirSync(folder, { recursive: true })
  const copy = join(folder, `before-v${version}-${stamp()}.db`)
  const temporary = besideOf(copy)
  try {
    db.prepare('VACUUM INTO ?').run(temporary)
    const descriptor = openSync(temporary, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(temporary, copy)
    const attempts = readdirSync(folder).filter((name) => name.startsWith(`before-v${version}-`))
    for (const old of attempts.sort().slice(0, -2)) rmSync(join(folder, old), { force: true })
  } catch (error) {
    rmSync(temporary, { force: true })
    throw fileError(error, 'write', copy) ?? error
  }
}

/** Makes today's copy if there is none yet, and drops those that are too many.
 * @param copy writes a whole copy under the name given */
export async function keepDailyCopy(file: string, copy: (to: string) => Promise<void>): Promise<void> {
  const folder = join(dirname(file), backupFolder)
  const [newest] = (await listBackups(file)).filter((backup) => backup.file.startsWith(daily))
  if (newest && Date.now() - Date.parse(newest.at) < day) return
  await makeFolder(folder)
  await copy(join(folder, `${daily}${stamp()}.db`))
  const copies = (await listBackups(file)).filter((backup) => backup.file.startsWith(daily))
  for (const old of copies.slice(kept)) await rm(join(folder, old.file), { force: true })
}

/** Latest first. Files that are no databases are left out. */
export async function listBackups(file: string): Promise<Backup[]> {
  const folder = join(dirname(file), backupFolder)
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(names.filter((name) => name.endsWith('.db')).map((name) => describe(folder, name)))
  return found.filter((backup) => backup !== null).sort((a, b) => b.at.localeCompare(a.at))
}

async function describe(folder: string, name: string): Promise<Backup | null> {
  try {
    const path = join(folder, name)
    const { size, mtime } = await stat(path)
    const version = await headerVersion(path)
    return version === null ? null : { file: name, at: mtime.toISOString(), bytes: size, version }
  } catch {
    // Gone or unreadable: nothing to go back to.
    return null
  }
}

/** `user_version` as it stands in the file's first page (https://sqlite.org/fileformat.html#the_database_header); null for other files. */
async function headerVersion(path: string): Promise<number | null> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0)
    if (bytesRead < 100 || buffer.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null
    return buffer.readUInt32BE(60)
  } finally {
    await file.close()
  }
}
