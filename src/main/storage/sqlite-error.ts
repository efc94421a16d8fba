// SQLite's errors as AppErrors that name the file.
import { AppError } from '../../shared/errors.ts'
import type { ErrorCode } from '../../shared/errors.ts'

/** By SQLite's result code: an extended one where it tells more, else the primary one (https://sqlite.org/rescode.html). */
const causes: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  3: ['no-access', 'expected to read and write it, found no right to'],
  5: ['in-use', 'expected it to be free, found it open in another window, server or command; close it there first'],
  7: ['out-of-memory', 'expected memory for the work on it, found none'],
  8: ['no-access', 'expected to write it, found it read-only'],
  10: ['no-access', 'expected to read and write it, found the disk failing or gone'],
  11: ['bad-data', 'expected a whole database, found a damaged one; "check" says what it can be restored from, "repair" does it'],
  13: ['disk-full', 'expected room on the disk, found it full'],
  14: ['no-access', 'expected to open it, found that the system does not allow it'],
  26: [
    'bad-data',
    'expected a project\'s database, found a file of another kind or a damaged one; "check" says what it can be restored from',
  ],
  // SQLITE_READONLY_DBMOVED
  1032: ['not-found', 'expected the file where it was opened, found it moved or deleted'],
}

/** SQLite has no result code for a damaged format number: it says so in words. */
const strangeFormat = 'unsupported file format'

/** Anything thrown by node:sqlite; other errors, AppErrors among them, come back as they are. */
export function sqliteError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const result = error.message === strangeFormat ? 26 : error.errcode
  const [code, message] = causes[result] ?? causes[result & 0xff] ?? []
  if (code === undefined || message === undefined) return new AppError('internal', `${file}: ${error.message}`, { cause: error })
  return new AppError(code, `${file}: ${message}`, { details: { path: file, sqlite: error.errcode }, cause: error })
}
