// Starts the engine as a child process, checks all it says, and turns its end, however it comes, into a result or an AppError.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/errors.ts'
import { quote } from '../../shared/expected.ts'
import { engineEventSchema } from '../../shared/events.ts'
import type { EngineCommand, JobEvent } from '../../shared/events.ts'
import type { JobRequest } from '../../shared/requests.ts'
import type { JobResult } from '../../shared/results.ts'
import { openLog } from './log.ts'
import type { EngineLog } from './log.ts'
import { besideThis } from './place.ts'

/** A job under way in a process of the engine. */
export interface RunningJob {
  /** Rejects with an AppError; its `details.log` is the log's place where this program is at fault. */
  readonly result: Promise<JobResult>
  /** First call: keep a checkpoint and end. Second call: end at once, whatever it is doing. */
  stop(): void
  /** Ends it at once as crashed: it gave no sign of life for so long. */
  hung(milliseconds: number): void
}

/** Time to leave after the last event, milliseconds. */
const patience = 5_000

export interface ProcessOptions {
  /** Default: the engine beside this file. */
  readonly entry?: URL | undefined
  /** The Node that runs it. Default: the usual one. */
  readonly node?: string | undefined
  /** Beside this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Where all that the engine prints is appended and stays. Default: a temporary file that stays only if this program was at fault. */
  readonly logFile?: string | undefined
}

export interface JobCallbacks {
  /** Sees everything but heartbeats and the last event, which settles `result`. */
  readonly onEvent: (event: JobEvent) => void
  /** Called every few seconds as long as the engine's thread turns. */
  readonly onHeartbeat?: (() => void) | undefined
}

/** Starts one job in a process of its own. */
export function startJob(
  request: JobRequest,
  onEvent: (event: JobEvent) => void,
  { onHeartbeat, ...options }: ProcessOptions & Pick<JobCallbacks, 'onHeartbeat'> = {},
): RunningJob {
  return new EngineProcess(options).run(request, { onEvent, onHeartbeat })
}

/** A process of the engine: for one job, or kept for small ones, one after another. */
export class EngineProcess {
  readonly #child: ChildProcess
  readonly #log: EngineLog
  readonly #exit: Promise<Exit>
  #receive: ((message: unknown) => void) | null = null
  #isGone = false

  constructor({ entry = besideThis.entry, node = besideThis.node(), env, logFile }: ProcessOptions = {}) {
    this.#log = openLog(logFile)
    this.#child = fork(fileURLToPath(entry), {
      execPath: node,
      stdio: ['ignore', this.#log.target, this.#log.target, 'ipc'],
      serialization: 'json',
      // Else a window on Windows has a console come up beside it.
      windowsHide: true,
      // Large pages for large arrays, where Linux gives them on demand: a training step is 5 to 10 % faster. Ignored elsewhere.
      env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env, ...env },
    })
    this.#child.on('message', (message) => this.#receive?.(message))
    this.#exit = ended(this.#child).then((exit) => {
      this.#isGone = true
      // Else the job that it ended with decides.
      if (!this.#receive) this.#log.discard()
      return exit
    })
  }

  /** It can take another job. */
  get isFree(): boolean {
    return !this.#isGone && this.#child.connected && this.#receive === null
  }

  /** @param keep it stays for another job if this one ends as it should; until then it does not keep the application from ending */
  run(request: JobRequest, { onEvent, onHeartbeat }: JobCallbacks, keep = false): RunningJob {
    const child = this.#child
    child.ref()
    child.channel?.ref()
    let outcome: JobResult | AppError | null = null
    let stops = 0
    const stays = Promise.withResolvers<JobResult | AppError>()

    const settle = (value: JobResult | AppError): void => {
      outcome ??= value
    }
    this.#receive = (message) => {
      if (outcome) return
      const { data: event, error } = engineEventSchema.safeParse(message)
      if (!event) {
        settle(new AppError('internal', `unreadable message from the engine: ${quote(message)}`, { cause: error }))
        child.kill('SIGKILL')
      } else if (event.event === 'done' || event.event === 'error') {
        const final = event.event === 'done' ? event : AppError.fromJSON(event)
        settle(final)
        if (keep && stops < 2 && !isFault(final)) {
          this.#receive = null
          child.unref()
          child.channel?.unref()
          stays.resolve(final)
        } else setTimeout(() => child.kill('SIGKILL'), patience).unref()
      } else if (event.event === 'heartbeat') onHeartbeat?.()
      else onEvent(event)
    }
    const send = (command: EngineCommand): void => {
      // Fails only when the process is gone, which its exit reports.
      if (child.connected && !outcome) child.send(command, () => undefined)
    }
    send({ command: 'run', request, keep })

    const gone = this.#exit.then((exit) => outcome ?? (stops > 0 ? new AppError('stopped', 'stopped at once') : crash(exit)))
    const result = Promise.race([stays.promise, gone]).then((final) => this.#conclude(final))
    return {
      result,
      stop: () => {
        stops++
        if (stops === 1) send({ command: 'stop' })
        else if (!this.isFree) child.kill('SIGKILL')
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

  /** Ends it at once, whatever it is doing; resolves when it is gone. */
  async end(): Promise<void> {
    // Else the application could be at its end before the process is.
    this.#child.ref()
    this.#child.channel?.ref()
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  #conclude(final: JobResult | AppError): JobResult {
    if (isFault(final))
      throw new AppError(final.code, final.message, { details: { ...final.details, log: this.#log.keep() }, cause: final.cause })
    if (this.#isGone) this.#log.discard()
    if (final instanceof AppError) throw final
    return final
  }
}

/** This program's, not the user's. */
function isFault(final: JobResult | AppError): final is AppError {
  return final instanceof AppError && !final.isUserError
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
