// Runs jobs for the parent process and speaks its protocol: commands in, events out, over Node's IPC channel.
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../shared/errors.ts'
import { quote } from '../shared/expected.ts'
import { engineCommandSchema } from '../shared/events.ts'
import type { EngineEvent } from '../shared/events.ts'
import type { JobName, JobRequest } from '../shared/requests.ts'
import type { JobResult } from '../shared/results.ts'
import { toAppError } from './errors.ts'
import type { Job, JobContext, JobTable } from './job.ts'

/** Waits for `run` commands, does one job at a time, and exits after one that was not told to `keep`. Standard error is the log file: the
 * parent sees to that. Exits at once when the parent is gone, or when it tells a job to stop a second time. */
export function serveJobs(jobs: JobTable): void {
  if (!process.send) {
    process.stderr.write('The engine is started by the application; run `npm run cli -- --help` instead.\n')
    process.exit(1)
  }
  let job: { readonly stopping: AbortController; told: boolean } | null = null
  const stop = (): void => {
    // The job has ended: that is on its way to the parent.
    if (!job) return
    if (job.told) process.exit(exitStopped)
    job.told = true
    job.stopping.abort()
  }
  process.on('message', (message) => {
    const { data: command, error } = engineCommandSchema.safeParse(message)
    if (!command) return finish(new AppError('internal', `the engine cannot read a command: ${quote(message)}`, { cause: error }))
    if (command.command === 'stop') return stop()
    if (job) return finish(new AppError('internal', 'the engine was sent a second job; a process does one at a time'))
    job = { stopping: new AbortController(), told: false }
    void run(jobs, command.request, job.stopping.signal).then(({ error: thrown, result }) => {
      const stays = command.keep && (thrown === null || toAppError(thrown).isUserError) && process.memoryUsage.rss() < largestKept
      if (stays) job = null
      finish(thrown, result, stays)
    })
  })
  setInterval(() => job && send({ event: 'heartbeat' }), heartbeatMilliseconds).unref()
  process.on('disconnect', () => process.exit(exitStopped))
  // A terminal sends Ctrl-C to every process of the command: the parent passes it on as a command, once.
  process.on('SIGINT', () => undefined)
  // So does what ends a service, or a terminal that closes. A signal is no second command, and where it was for this process alone, no command follows.
  const signalled = (): void => {
    if (!job) process.exit(exitStopped)
    setTimeout((stopping) => stopping.abort(), parentsTurn, job.stopping)
  }
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, signalled)
  process.on('uncaughtException', (error) => finish(error))
  process.on('unhandledRejection', (reason) => finish(reason))
}

const exitStopped = 130

/** Milliseconds in which the parent may say what a signal means: it knows whether a run is paused, or waits as before. */
const parentsTurn = 2_000

/** From this thread on purpose: a thread of its own would go on beating while the job hangs. A computation delays it by one call. */
const heartbeatMilliseconds = 2_000

/** Bytes of memory beyond which a process does not stay for another job: the next one is cheaper than looking after what is left. */
const largestKept = 2 ** 30

interface Ended {
  /** Null = it ended as it should. */
  readonly error: unknown
  readonly result?: JobResult
}

async function run(jobs: JobTable, request: JobRequest, signal: AbortSignal): Promise<Ended> {
  try {
    const job = jobs[request.job] as Job<JobName> | undefined
    if (!job) throw new AppError('unsupported', `${request.job}: expected one of ${Object.keys(jobs).join(', ')}`)
    const result = await job(request, context(signal))
    return { error: null, result: { ...result, job: request.job } as JobResult }
  } catch (error) {
    return { error }
  }
}

function context(signal: AbortSignal): JobContext {
  return { emit: send, signal, log, pause: () => setImmediate() }
}

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`)
}

/** Sends the last event, and leaves once it is on its way where the process does not stay. */
function finish(error: unknown, result?: JobResult, stays = false): void {
  const then = stays ? undefined : exit
  if (result) return send({ event: 'done', ...result }, then)
  const failure = toAppError(error)
  if (!failure.isUserError) log(describe(error))
  send({ event: 'error', ...failure.toJSON() }, then)
}

function exit(): void {
  process.exit(0)
}

function send(event: EngineEvent, sent?: () => void): void {
  // A closed channel means that the parent is gone, and 'disconnect' ends this process.
  process.send?.(event, undefined, undefined, () => sent?.())
}

/** With stacks, causes too. */
function describe(error: unknown): string {
  if (error instanceof SuppressedError) return `${describe(error.suppressed)}\nthen, in cleaning up, ${describe(error.error)}`
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
