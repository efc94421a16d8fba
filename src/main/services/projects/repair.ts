// Checking and repairing a project's database.
import { copyFile, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../shared/errors.ts'
import { backupFolder, listBackups, stamp } from '../../storage/backups.ts'
import type { Backup } from '../../storage/backups.ts'
import { Database } from '../../storage/database.ts'
import { recover } from '../../storage/recover.ts'
import { sqliteError } from '../../storage/sqlite-error.ts'
import type { Log } from '../context.ts'
import { outdate } from './facts.ts'
import { copyDatabase, databaseName, exchangeDatabase } from './folder.ts'

export interface Findings {
  readonly whole: boolean
  readonly problems: string[]
  readonly backups: Backup[]
}

/** @param db where the project is open
 * @throws AppError 'in-use', 'newer-version', 'no-access': those say nothing about damage */
export async function check(folder: string, db: Database | null): Promise<Findings> {
  const problems = db ? db.problems() : problemsOf(join(folder, databaseName))
  return { whole: problems.length === 0, problems, backups: await listBackups(join(folder, databaseName)) }
}

function problemsOf(file: string): string[] {
  try {
    const db = new Database(file)
    try {
      return db.problems()
    } finally {
      db.close()
    }
  } catch (error) {
    if (error instanceof AppError && (error.code === 'bad-data' || error.code === 'not-found')) return [error.message]
    throw error
  }
}

/** The project must be closed. Where nothing is wrong and no backup is asked for, nothing is done.
 * @param backup a file as `check` names it; null = recover what can be read
 * @throws AppError 'not-found' for a backup that is not there, 'bad-data' where nothing can be read, 'in-use', 'no-access', 'disk-full' */
export async function repair(folder: string, backup: string | null, log: Log): Promise<void> {
  const file = join(folder, databaseName)
  mustBeFree(file)
  if (backup === null && (await check(folder, null)).whole) return
  const source = backup === null ? null : await chosen(file, backup)
  const damaged = `project.damaged-${stamp()}.db`
  await copyDatabase(folder, damaged)
  await exchangeDatabase(folder, async (next) => {
    if (source === null) log.info(`${file}: recovered ${JSON.stringify(await recover(file, next))}; the damaged file is ${damaged}`)
    else {
      await copyFile(source, next)
      log.info(`${file}: went back to ${source}; the file of before is ${damaged}`)
    }
    // Looks it through, and brings a backup to the newest form.
    const db = new Database(next)
    db.transaction(() => outdate(db))
    db.close()
    const handle = await open(next, 'r+')
    await handle.sync().finally(() => handle.close())
  })
}

async function chosen(file: string, backup: string): Promise<string> {
  const backups = await listBackups(file)
  if (backups.some((known) => known.file === backup)) return join(file, '..', backupFolder, backup)
  const expected = backups.length === 0 ? 'there is none' : `one of ${backups.map((known) => known.file).join(', ')}`
  throw new AppError('not-found', `backup: expected ${expected}, found ${JSON.stringify(backup)}`)
}

/** Only asks whether another process has it: reads nothing that damage could keep from being read. */
function mustBeFree(file: string): void {
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(file, { readOnly: true })
    db.prepare('PRAGMA schema_version').get()
  } catch (error) {
    const problem = sqliteError(error, file)
    if (problem instanceof AppError && problem.code === 'in-use') throw problem
  } finally {
    db?.close()
  }
}
