// The one kind of error that crosses process borders: a closed set of codes, a message for people, plain JSON.
import { z } from 'zod'

/** What went wrong, for programs. A new code is added here and nowhere else. */
export const errorCodes = [
  /** An option or setting is missing, unknown or out of range. */
  'bad-option',
  /** A file or folder is not there. */
  'not-found',
  /** Images, labels or their folder cannot be used as they are. */
  'bad-data',
  /** A file is not a model that can be read. */
  'bad-model',
  /** A model is sound but needs something that is not there, e.g. an operator. */
  'unsupported',
  /** A checkpoint or folder belongs to another run. */
  'mismatch',
  /** A file or folder cannot be read or written: rights, a read-only disk, a file where a folder should be. */
  'no-access',
  'disk-full',
  /** Somebody else has it: another window or server has the project open, or a run is using it. */
  'in-use',
  /** Written by a newer version of this program. */
  'newer-version',
  /** What is asked for does not fit the state of things, e.g. a run that has ended cannot be paused. */
  'conflict',
  /** A caller without the right token or origin; a place outside those that may be looked into. */
  'forbidden',
  /** A request or message larger than allowed. */
  'too-large',
  /** The services cannot be reached. */
  'disconnected',
  /** Another machine, from which something is to be downloaded, cannot be reached or does not give it. */
  'unreachable',
  'out-of-memory',
  /** What a run computes on is gone: unplugged, reset, or its driver gave up. */
  'device-lost',
  /** Training diverged again after every retry. */
  'diverged',
  /** Ended early because the user asked for it. */
  'stopped',
  /** The engine process ended without saying why. */
  'engine-crashed',
  /** A fault of this program. */
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Facts for programs beside the message, e.g. `{ path, expected, found }`. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>

export interface AppErrorJson {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails | undefined
  readonly cause?: AppErrorJson | undefined
}

export const appErrorSchema: z.ZodType<AppErrorJson> = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  get cause() {
    return appErrorSchema.optional()
  },
})

/** An error whose message names the subject, what was expected and what was found, in one line. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /** False where this program is at fault: only then is the log worth a look. */
  get isUserError(): boolean {
    return this.code !== 'internal' && this.code !== 'engine-crashed'
  }

  /** Plain data for another process; stacks stay behind, they belong in the log. */
  toJSON(): AppErrorJson {
    const { cause } = this
    return {
      code: this.code,
      message: this.message,
      ...(Object.keys(this.details).length > 0 && { details: this.details }),
      ...(cause !== undefined && { cause: AppError.from(cause).toJSON() }),
    }
  }

  static fromJSON({ code, message, details, cause }: AppErrorJson): AppError {
    return new AppError(code, message, { details, cause: cause && AppError.fromJSON(cause) })
  }

  /** Anything thrown, as an AppError: unknown errors are faults of this program. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error
    if (error instanceof Error) return new AppError('internal', error.message || error.name, { cause: error.cause })
    return new AppError('internal', String(error))
  }
}
