// What becomes of the faults of this program: their stacks go to the log, and errors say where that is.
import { AppError } from '../shared/errors.ts'
import type { Log } from './services/context.ts'

export type FaultLog = Pick<Log, 'error'> & Partial<Pick<Log, 'file'>>

/** Anything thrown, as an AppError. A fault of this program is noted with its stack, and names the log. @param what was being done */
export function noted(thrown: unknown, what: string, log?: FaultLog): AppError {
  const error = AppError.from(thrown)
  if (error.code !== 'internal' || !log) return error
  log.error(what, thrown)
  const { file = null } = log
  if (file === null || 'log' in error.details) return error
  return new AppError('internal', error.message, { details: { ...error.details, log: file }, cause: error.cause })
}
