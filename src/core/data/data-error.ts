// The one error of the data side: a single line that names the thing, what was expected and what was found.

/** The codes of `AppError` (src/shared) that data can cause: an option out of range, a missing file, unreadable files, unusable data. */
export type DataErrorCode = 'bad-option' | 'not-found' | 'no-access' | 'bad-data'

/** A problem with the user's images, labels or settings, as opposed to a fault of the program. */
export class DataError extends Error {
  override readonly name = 'DataError'
  readonly code: DataErrorCode
  /** What the error is about: a file, a folder or a setting. */
  readonly subject: string

  constructor(code: DataErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(`${subject}: ${message}`, options)
    this.code = code
    this.subject = subject
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
