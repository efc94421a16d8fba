// Where a job's events go: text for people or JSON for scripts.
import type { AppError } from '../../shared/errors.ts'
import type { JobEvent } from '../../shared/events.ts'
import type { JobResult } from '../../shared/results.ts'

export interface Output {
  event(event: JobEvent): void
  done(result: JobResult): void
  /** Of a command on projects: data for scripts, text for people. */
  result(result: object, text: string): void
  failed(error: AppError): void
  /** The user asked to stop and the engine was told. */
  stopping(): void
}

/** The part of a stream that output needs: a file, a pipe, a terminal, or a test's list of lines. */
export interface Sink {
  write(text: string): void
  /** Width of the terminal in characters; undefined for files and pipes. */
  readonly columns: number | undefined
}

/** One line, whatever the message holds. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** The line on standard error. */
export function errorLine(error: AppError): string {
  const message = oneLine(error.message)
  if (error.code === 'stopped') return `${message}\n`
  if (error.isUserError) return `error: ${message}\n`
  return `internal error: ${message} (log: ${String(error.details.log ?? 'none')})\n`
}
