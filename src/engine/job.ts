// What a job is: one request in, events on the way, one result out.
import type { JobEvent } from '../shared/events.ts'
import type { JobName, RequestOf } from '../shared/requests.ts'
import type { ResultOf } from '../shared/results.ts'

export interface JobContext {
  /** Tells the user's side what is going on. */
  readonly emit: (event: JobEvent) => void
  /** Aborted when the user wants to stop: keep a checkpoint, then throw AppError 'stopped' that says how to go on. */
  readonly signal: AbortSignal
  /** A line for the log file, for whoever looks for a fault. */
  readonly log: (message: string) => void
  /** Lets messages in, the wish to stop among them. To be awaited now and then where nothing else waits for I/O: engines compute synchronously. */
  readonly pause: () => Promise<void>
}

export type Job<Name extends JobName> = (request: RequestOf<Name>, context: JobContext) => Promise<Omit<ResultOf<Name>, 'job'>>

/** The jobs that an engine process can do. */
export type JobTable = { readonly [Name in JobName]?: Job<Name> }
