// SQLite's errors as AppErrors that name the file.
import { AppError } from '../../shared/errors.ts'
import type { ErrorCode } from '../../shared/errors.ts'

/** By SQLite's primary result code (https://sqlite.org/rescode.html). */
const causes: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  3: ['no-access', 'expected to read and write it, found no right to'],
  5: ['in-use', 'is open in another window, server or command; close it there first'],
  8: ['no-access', 'expected to write it, found it read-only'],
  10: ['no-access', 'the disk failed or is gone'],
  11: ['bad-data', 'expected a whole database, found a damaged one; `projects.check` says what can be restored'],
  13: ['disk-full', 'expected room on the disk, found it full'],
  14: ['no-access', 'cannot be opened'],
  26: ['bad-data', 'expected an SQLite database, found another file'],
}

/** Anything thrown by node:sqlite; other errors, AppErrors among them, come back as they are. */
export function sqliteError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const [code, message] = causes[error.errcode & 0xff] ?? []
  if (code === undefined || message === undefined) return new AppError('internal', `${file}: ${error.message}`, { cause: error })
  return new AppError(code, `${file}: ${message}`, { details: { path: file, sqlite: error.errcode }, cause: error })
}
