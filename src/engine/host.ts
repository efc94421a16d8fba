// Runs one job for the parent process and speaks its protocol: commands in, events out, over Node's IPC channel.
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../shared/errors.ts'
import { quote } from '../shared/expected.ts'
import { engineCommandSchema } from '../shared/events.ts'
import type { EngineEvent } from '../shared/events.ts'
import type { JobName, JobRequest } from '../shared/requests.ts'
import type { JobResult } from '../shared/results.ts'
import { toAppError } from './errors.ts'
import type { Job, JobContext, JobTable } from './job.ts'

/** Waits for a `run` command, does that job and exits. Standard error is the log file: the parent sees to that.
 * Exits at once when the parent is gone, or when it is told to stop a second time. */
export function serveJobs(jobs: JobTable): void {
  if (!process.send) {
    process.stderr.write('The engine is started by the application; run `npm run cli -- --help` instead.\n')
    process.exit(1)
  }
  const stopping = new AbortController()
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(exitStopped)
    stopping.abort()
  }
  let started = false
  process.on('message', (message) => {
    const { data: command, error } = engineCommandSchema.safeParse(message)
    if (!command) return finish(new AppError('internal', `the engine cannot read a command: ${quote(message)}`, { cause: error }))
    if (command.command === 'stop') return stop()
    if (started) return finish(new AppError('internal', 'the engine was sent a second job; a process does one'))
    started = true
    setInterval(() => send({ event: 'heartbeat' }), heartbeatMilliseconds).unref()
    void run(jobs, command.request, stopping.signal)
  })
  process.on('disconnect', () => process.exit(exitStopped))
  // A terminal sends Ctrl-C to every process of the command: the parent passes it on as a command, once.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', stop)
  process.on('uncaughtException', (error) => finish(error))
  process.on('unhandledRejection', (reason) => finish(reason))
}

const exitStopped = 130

/** From this thread on purpose: a thread of its own would go on beating while the job hangs. A computation delays it by one call. */
const heartbeatMilliseconds = 2_000

async function run(jobs: JobTable, request: JobRequest, signal: AbortSignal): Promise<void> {
  try {
    const job = jobs[request.job] as Job<JobName> | undefined
    if (!job) throw new AppError('unsupported', `${request.job}: expected one of ${Object.keys(jobs).join(', ')}`)
    const result = await job(request, context(signal))
    finish(null, { ...result, job: request.job } as JobResult)
  } catch (error) {
    finish(error)
  }
}

function context(signal: AbortSignal): JobContext {
  return { emit: send, signal, log, pause: () => setImmediate() }
}

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`)
}

/** Sends the last event and leaves once it is on its way. */
function finish(error: unknown, result?: JobResult): void {
  if (result) return send({ event: 'done', ...result }, exit)
  const failure = toAppError(error)
  if (!failure.isUserError) log(describe(error))
  send({ event: 'error', ...failure.toJSON() }, exit)
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
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
