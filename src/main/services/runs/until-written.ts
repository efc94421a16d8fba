// Writes to a project's database something that cannot be said again: how a run ended.
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import type { ErrorCode } from '../../../shared/errors.ts'

/** A disk that is full or away for a while. */
const passing: ReadonlySet<ErrorCode> = new Set(['disk-full', 'no-access', 'in-use'])

export interface Patience {
  /** Milliseconds between two attempts. */
  readonly every: number
  /** Aborted where there is no time for another attempt. */
  readonly signal: AbortSignal
  /** Told of the first refusal. */
  readonly refused: (error: unknown) => void
}

/** Again and again, as long as the disk refuses. @throws the refusal, once the signal is aborted; other errors at once */
export async function untilWritten(write: () => void, { every, signal, refused }: Patience): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return write()
    } catch (error) {
      if (signal.aborted || !passing.has(AppError.from(error).code)) throw error
      if (attempt === 0) refused(error)
    }
    await setTimeout(every, undefined, { signal }).catch(() => undefined)
  }
}
