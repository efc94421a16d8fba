// Jobs of the engine in their order: heavy ones one at a time by priority, shorter ones beside them; each watched while it runs.
import { AppError } from '../../shared/errors.ts'
import type { JobEvent } from '../../shared/events.ts'
import type { JobName, JobRequest, RequestOf } from '../../shared/requests.ts'
import type { JobResult, ResultOf } from '../../shared/results.ts'
import type { Engine, JobOptions, Priority } from '../services/context.ts'
import { besideThis } from './place.ts'
import type { EnginePlace } from './place.ts'
import { EngineProcess } from './process.ts'
import type { RunningJob } from './process.ts'

export interface QueueOptions {
  /** Default: beside this file. */
  readonly place?: EnginePlace
  /** Another engine, for tests. */
  readonly entry?: URL
  /** Environment of the next child, e.g. its number of threads. */
  readonly environment?: () => NodeJS.ProcessEnv
  /** Without a sign of life for so long, a job counts as hung: one computation of a large model blocks for a minute or more. */
  readonly silenceMilliseconds?: number
  /** Time to end after having been told to, by the job's priority. Training writes a checkpoint first. */
  readonly graceMilliseconds?: Readonly<Record<Priority, number>>
  /** How long a process without a job is kept for the next small one. */
  readonly keptMilliseconds?: number
}

interface Entry {
  readonly request: JobRequest
  readonly options: JobOptions
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: AppError) => void
  job: RunningJob | null
  /** Told to stop, by the caller or to make room. */
  stopping: boolean
  lastHeartbeat: string | null
}

type Lane = 'quick' | 'light' | 'brief' | 'heavy'

/** Somebody waits for quick ones while they look on: their process is kept for the next. Light ones read a lot and compute nothing to speak of.
 * Brief ones compute, but are over long before a training is. The rest is heavy: trainings, and what measures time and wants the machine for itself. */
const lanes: Readonly<Partial<Record<JobName, Lane>>> = {
  inspect: 'quick',
  methods: 'quick',
  check: 'quick',
  similar: 'quick',
  scan: 'light',
  convert: 'light',
  predict: 'brief',
  evaluate: 'brief',
  features: 'brief',
  sample: 'brief',
}
/** At the same time. */
const capacity: Readonly<Record<Lane, number>> = { quick: 2, light: 2, brief: 1, heavy: 1 }
const order: readonly Priority[] = ['training', 'foreground', 'background']
const defaultGrace: Readonly<Record<Priority, number>> = { training: 120_000, foreground: 5_000, background: 5_000 }
/** On closing nobody waits longer. */
const closingGrace = 10_000
/** Milliseconds: people look at a form for so long. */
const kept = 60_000
/** Looks at a job within the time in which it must give a sign of life. */
const ticks = 20

export class EngineQueue implements Engine {
  readonly #options: QueueOptions
  readonly #waiting: Entry[] = []
  readonly #running = new Set<Entry>()
  /** Processes of quick jobs, and the one of them that waits for the next. */
  readonly #processes = new Set<EngineProcess>()
  #free: EngineProcess | null = null
  #freeTimer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: QueueOptions = {}) {
    this.#options = options
  }

  run<Name extends JobName>(request: RequestOf<Name>, options: JobOptions): Promise<ResultOf<Name>> {
    const { signal } = options
    return new Promise<JobResult>((resolve, reject) => {
      if (this.#closed || signal?.aborted) return reject(dropped(options))
      const entry: Entry = { request, options, resolve, reject, job: null, stopping: false, lastHeartbeat: null }
      signal?.addEventListener('abort', () => this.#abort(entry), { once: true })
      this.#waiting.push(entry)
      this.#advance()
    }) as Promise<ResultOf<Name>>
  }

  status(): ReturnType<Engine['status']> {
    const running = [...this.#running]
    const computing = (['heavy', 'brief'] as const).flatMap((lane) => running.find((entry) => laneOf(entry) === lane) ?? [])[0]
    return {
      state: computing ? 'busy' : 'idle',
      subject: computing?.options.subject ?? null,
      lastHeartbeat: computing?.lastHeartbeat ?? null,
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const entry of this.#waiting.splice(0)) entry.reject(dropped(entry.options))
    const running = [...this.#running]
    for (const entry of running) this.#stop(entry, closingGrace)
    await Promise.allSettled(running.flatMap(({ job }) => job?.result ?? []))
    await Promise.all([...this.#processes].map((process) => process.end()))
  }

  /** Starts what may start, and asks what runs in the background to make room for what may not wait. */
  #advance(): void {
    for (const lane of ['quick', 'light', 'brief', 'heavy'] as const) {
      const inLane = (entry: Entry): boolean => laneOf(entry) === lane
      const running = [...this.#running].filter(inLane)
      const next = order.flatMap((priority) => this.#waiting.filter((entry) => inLane(entry) && entry.options.priority === priority))
      for (const entry of next.slice(0, capacity[lane] - running.length)) {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        this.#start(entry)
      }
      const [first] = next
      if (!first || first.job || first.options.priority === 'background') continue
      for (const entry of running) if (entry.options.priority === 'background' && !entry.stopping) this.#stop(entry)
    }
  }

  #start(entry: Entry): void {
    const { options } = entry
    const { silenceMilliseconds = 600_000 } = this.#options
    // Counted by this process's own timer: a machine that slept is no engine that hangs.
    let silent = 0
    const watch = setInterval(() => {
      if (++silent > ticks) entry.job?.hung(silenceMilliseconds)
    }, silenceMilliseconds / ticks)
    const alive = (): void => {
      silent = 0
      entry.lastHeartbeat = new Date().toISOString()
    }
    const ended = (): void => {
      clearInterval(watch)
      this.#running.delete(entry)
      entry.job = null
    }
    alive()
    entry.stopping = false
    this.#running.add(entry)
    const onEvent = (event: JobEvent): void => {
      alive()
      options.onEvent?.(event)
    }
    this.#launch(entry, onEvent, alive)
      .then(
        (result) => {
          ended()
          entry.resolve(result)
        },
        (thrown: unknown) => {
          ended()
          const error = AppError.from(thrown)
          const madeRoom = entry.stopping && error.code === 'stopped' && !options.signal?.aborted && !this.#closed
          if (madeRoom) this.#waiting.unshift(entry)
          else entry.reject(error)
        },
      )
      .finally(() => this.#advance())
  }

  /** Rejects too where no process can be started. */
  async #launch(entry: Entry, onEvent: (event: JobEvent) => void, onHeartbeat: () => void): Promise<JobResult> {
    const { place = besideThis, entry: url = place.entry, environment } = this.#options
    entry.options.onStart?.()
    const start = (process: EngineProcess, keep: boolean): Promise<JobResult> => {
      entry.job = process.run(entry.request, { onEvent, onHeartbeat }, keep)
      return entry.job.result
    }
    const fresh = (): EngineProcess =>
      new EngineProcess({ entry: url, node: place.node(), env: environment?.(), logFile: entry.options.logFile })
    if (laneOf(entry) !== 'quick') return await start(fresh(), false)
    const free = this.#takeFree()
    if (free)
      try {
        return await this.#keeping(free, start)
      } catch (error) {
        // It may have ended just as it was asked; quick jobs change nothing, so that they can be done again.
        if (!(error instanceof AppError) || error.code !== 'engine-crashed' || entry.stopping || this.#closed) throw error
      }
    return await this.#keeping(fresh(), start)
  }

  async #keeping(process: EngineProcess, start: (process: EngineProcess, keep: boolean) => Promise<JobResult>): Promise<JobResult> {
    this.#processes.add(process)
    try {
      return await start(process, true)
    } finally {
      if (process.isFree && !this.#closed && !this.#free?.isFree) this.#keep(process)
      else {
        if (!this.#closed) this.#processes.delete(process)
        if (process.isFree) void process.end()
      }
    }
  }

  #keep(process: EngineProcess): void {
    this.#free = process
    this.#freeTimer = setTimeout(() => {
      this.#takeFree()
      this.#processes.delete(process)
      void process.end()
    }, this.#options.keptMilliseconds ?? kept)
    this.#freeTimer.unref()
  }

  #takeFree(): EngineProcess | null {
    clearTimeout(this.#freeTimer)
    const process = this.#free
    this.#free = null
    if (process?.isFree) return process
    if (process) this.#processes.delete(process)
    return null
  }

  #abort(entry: Entry): void {
    const at = this.#waiting.indexOf(entry)
    if (at >= 0) {
      this.#waiting.splice(at, 1)
      entry.reject(dropped(entry.options))
    } else this.#stop(entry)
  }

  /** Nicely, and after a while for good. */
  #stop(entry: Entry, grace = (this.#options.graceMilliseconds ?? defaultGrace)[entry.options.priority]): void {
    const { job } = entry
    if (!job) return
    if (!entry.stopping) job.stop()
    entry.stopping = true
    const timer = setTimeout(() => job.stop(), grace)
    void job.result.catch(() => undefined).finally(() => clearTimeout(timer))
  }
}

function laneOf({ request }: Entry): Lane {
  return lanes[request.job] ?? 'heavy'
}

function dropped({ subject }: JobOptions): AppError {
  return new AppError('stopped', `${subject}: stopped before it began`)
}
