// A project's folder: what is in it, how it is made, and how files in it are exchanged.
import { copyFile, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { makeFolder, syncFolder } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import { quote } from '../../../shared/expected.ts'
import { backupFolder } from '../../storage/backups.ts'
import { Database } from '../../storage/database.ts'

export const databaseName = 'project.db'
export const subfolders: readonly string[] = ['thumbnails', 'runs', 'exports', backupFolder]
/** A database that is being made. */
const unfinished = 'project.db.new'
/** Files that systems leave in folders by themselves. */
const litter = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.directory'])

/** The folder itself, whichever links lead there.
 * @throws AppError 'bad-option', 'not-found', 'no-access' */
export async function realFolder(folder: string): Promise<string> {
  mustBeAbsolute('folder', folder)
  try {
    const real = await realpath(folder)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    throw fileError(error, 'open', folder) ?? error
  }
  throw new AppError('not-found', `${folder}: expected a folder, found a file`, { details: { path: folder } })
}

/** @param field what the caller gave it as. @throws AppError 'bad-option' */
export function mustBeAbsolute(field: string, path: string): void {
  if (!isAbsolute(path)) throw new AppError('bad-option', `${field}: expected an absolute path, found ${quote(path)}`)
}

export function notAProject(folder: string): AppError {
  return new AppError('not-found', `${folder}: expected a project, found a folder without ${databaseName}`, { details: { path: folder } })
}

export async function holdsProject(folder: string): Promise<boolean> {
  return stat(join(folder, databaseName)).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Makes the folder and an empty project in it, which is there wholly or not at all.
 * @param fill writes the first rows
 * @throws AppError 'bad-data' naming what else the folder holds, 'no-access', 'disk-full' */
export async function makeProject(folder: string, fill: (db: Database) => void): Promise<void> {
  mustBeAbsolute('folder', folder)
  const made = await makeFolder(folder)
  await mustBeEmpty(folder)
  const file = join(folder, unfinished)
  try {
    await removeDatabase(file)
    const db = new Database(file, { create: true })
    try {
      db.transaction(() => fill(db))
    } finally {
      db.close()
    }
    await makeSubfolders(folder)
    await rename(file, join(folder, databaseName))
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await removeDatabase(file)
    for (const name of subfolders) await removeEmpty(join(folder, name))
    if (made !== undefined) await removeEmpty(folder)
    throw fileError(error, 'write', folder) ?? error
  }
}

export async function makeSubfolders(folder: string): Promise<void> {
  for (const name of subfolders) await makeFolder(join(folder, name))
}

/** Puts a new database in the old one's place. The old one's log goes first: it would be taken for the new one's. */
export async function exchangeDatabase(folder: string, make: (file: string) => Promise<void>): Promise<void> {
  const file = join(folder, databaseName)
  const next = join(folder, unfinished)
  try {
    await removeDatabase(next)
    await make(next)
    for (const ending of ['-wal', '-shm']) await rm(file + ending, { force: true })
    await rename(next, file)
    await syncFolder(folder)
  } catch (error) {
    await removeDatabase(next)
    throw fileError(error, 'write', file) ?? error
  }
}

/** Copies the database as it lies there, its log too, e.g. to `project.damaged-….db`. */
export async function copyDatabase(folder: string, name: string): Promise<void> {
  const file = join(folder, databaseName)
  for (const ending of ['', '-wal'])
    await copyFile(file + ending, join(folder, name + ending)).catch((error: unknown) => {
      const problem = fileError(error, 'copy', file + ending)
      if (problem?.code !== 'not-found') throw problem ?? error
    })
}

async function mustBeEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, 'read', folder) ?? error
  })
  const others = names.filter((name) => !litter.has(name) && !name.startsWith(unfinished) && !isEmptySubfolder(name, names)).sort()
  if (others.length === 0) return
  const found = others.includes(databaseName)
    ? 'a project, which can be opened'
    : `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`
  throw new AppError('bad-data', `${folder}: expected a new or empty folder, found ${quoteLine(found)}`, { details: { path: folder } })
}

/** Left by an attempt that was cut short. */
function isEmptySubfolder(name: string, names: readonly string[]): boolean {
  return names.some((other) => other.startsWith(unfinished)) && subfolders.includes(name)
}

/** File names may hold anything, line ends too. */
function quoteLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}

async function removeDatabase(file: string): Promise<void> {
  for (const ending of ['', '-wal', '-journal']) await rm(file + ending, { force: true })
}

async function removeEmpty(folder: string): Promise<void> {
  // Not empty, or gone: both are well.
  await rmdir(folder).catch(() => undefined)
}

/** The name of a project that was given none. */
export function usualName(folder: string): string {
  return basename(folder).slice(0, 200) || 'Project'
}
