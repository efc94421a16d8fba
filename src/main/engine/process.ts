// Starts the engine as a child process, checks all it says, and turns its end, however it comes, into a result or an AppError.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/errors.ts'
import { quote } from '../../shared/expected.ts'
import { engineEventSchema } from '../../shared/events.ts'
import type { EngineCommand, JobEvent } from '../../shared/events.ts'
import type { JobRequest } from '../../shared/requests.ts'
import type { JobResult } from '../../shared/results.ts'
import { openLog } from './log.ts'
import type { EngineLog } from './log.ts'
import { nodeBinary } from './node-binary.ts'

/** A job under way in a process of its own. */
export interface RunningJob {
  /** Rejects with an AppError; its `details.log` is the log's place where this program is at fault. */
  readonly result: Promise<JobResult>
  /** First call: keep a checkpoint and end. Second call: end at once, whatever it is doing. */
  stop(): void
  /** Ends it at once as crashed: it gave no sign of life for so long. */
  hung(milliseconds: number): void
}

/** The engine beside this file: a source under Node's type stripping, a built file in a build. */
export const engineEntry = new URL(`../../engine/index${extname(import.meta.url)}`, import.meta.url)

/** Time to leave after the last event, milliseconds. */
const patience = 5_000

export interface StartOptions {
  /** Default: `engineEntry`. */
  readonly entry?: URL | undefined
  /** Beside this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Where all that the engine prints is appended and stays. Default: a temporary file that stays only if this program was at fault. */
  readonly logFile?: string | undefined
  /** Called every few seconds as long as the engine's thread turns. */
  readonly onHeartbeat?: (() => void) | undefined
}

/** Starts one job. `onEvent` sees everything but heartbeats and the last event, which settles `result`. */
export function startJob(
  request: JobRequest,
  onEvent: (event: JobEvent) => void,
  { entry = engineEntry, env, logFile, onHeartbeat }: StartOptions = {},
): RunningJob {
  const log = openLog(logFile)
  const child = fork(fileURLToPath(entry), {
    execPath: nodeBinary(),
    stdio: ['ignore', log.target, log.target, 'ipc'],
    serialization: 'json',
    // Large pages for large arrays, where Linux gives them on demand: a training step is 5 to 10 % faster. Ignored elsewhere.
    env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env, ...env },
  })
  let outcome: JobResult | AppError | null = null
  let stops = 0

  const settle = (value: JobResult | AppError): void => {
    outcome ??= value
  }
  child.on('message', (message) => {
    if (outcome) return
    const { data: event, error } = engineEventSchema.safeParse(message)
    if (!event) {
      settle(new AppError('internal', `unreadable message from the engine: ${quote(message)}`, { cause: error }))
      child.kill('SIGKILL')
    } else if (event.event === 'done' || event.event === 'error') {
      settle(event.event === 'done' ? event : AppError.fromJSON(event))
      setTimeout(() => child.kill('SIGKILL'), patience).unref()
    } else if (event.event === 'heartbeat') onHeartbeat?.()
    else onEvent(event)
  })
  const send = (command: EngineCommand): void => {
    // Fails only when the process is gone, which its exit reports.
    if (child.connected) child.send(command, () => undefined)
  }
  send({ command: 'run', request })

  const result = ended(child).then((exit) => {
    const final = outcome ?? (stops > 0 ? new AppError('stopped', 'stopped at once') : crash(exit))
    return conclude(final, log)
  })
  return {
    result,
    stop: () => {
      stops++
      if (stops === 1) send({ command: 'stop' })
      else child.kill('SIGKILL')
    },
    hung: (milliseconds) => {
      settle(
        new AppError(
          'engine-crashed',
          `the engine process hung: expected a sign of life, found none for ${Math.round(milliseconds / 1000)} s`,
        ),
      )
      child.kill('SIGKILL')
    },
  }
}

interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** The process could not be started at all. */
  error?: Error
}

/** Resolves when the process is gone and every message of it has been handled. */
function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    let exit: Exit | null = null
    const check = (): void => {
      if (exit && !child.connected) resolve(exit)
    }
    child.on('disconnect', () => setImmediate(check))
    child.on('exit', (code, signal) => {
      exit = { code, signal }
      setImmediate(check)
    })
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error })
    })
  })
}

function crash({ code, signal, error }: Exit): AppError {
  if (error) return new AppError('engine-crashed', `the engine process could not be started: ${error.message}`, { cause: error })
  const how = signal ? `signal ${signal}` : `exit code ${code}`
  const hint = signal === 'SIGKILL' || signal === 'SIGABRT' || code === 134 ? '; the machine may be short of memory' : ''
  return new AppError('engine-crashed', `the engine process ended unexpectedly (${how})${hint}`, { details: { code, signal } })
}

function conclude(final: JobResult | AppError, log: EngineLog): JobResult {
  if (!(final instanceof AppError)) {
    log.discard()
    return final
  }
  if (final.isUserError) {
    log.discard()
    throw final
  }
  throw new AppError(final.code, final.message, { details: { ...final.details, log: log.keep() }, cause: final.cause })
}
