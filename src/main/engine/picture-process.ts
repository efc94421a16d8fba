// The picture process from outside: started when there is work, two requests at a time, started again when it crashes, ended when idle.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/errors.ts'
import { pictureAnswerSchema } from '../../shared/pictures.ts'
import type { PictureAnswer, PictureRequest } from '../../shared/pictures.ts'
import type { Log } from '../services/context.ts'
import { besideThis } from './place.ts'
import type { EnginePlace } from './place.ts'

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never
export type PictureWish = Without<PictureRequest, 'id'>
/** `crashed`: the process ended twice over this request, the second time with nothing else under way. */
export type PictureOutcome = Exclude<PictureAnswer, { answer: 'ready' }> | { readonly answer: 'crashed' }

export interface PictureProcessOptions {
  readonly log: Log
  /** Default: beside this file. */
  readonly place?: EnginePlace | undefined
  /** Another process, for tests. */
  readonly entry?: URL | undefined
  /** Without work for so long, it ends. */
  readonly idleMilliseconds?: number | undefined
  /** A request that takes longer counts as a crash. The process's own limit is 30 s for a picture. */
  readonly hangMilliseconds?: number | undefined
}

interface Entry {
  readonly wish: PictureWish
  readonly resolve: (outcome: PictureOutcome) => void
  readonly reject: (error: AppError) => void
  crashes: number
  timer?: NodeJS.Timeout
}

interface Child {
  readonly process: ChildProcess
  readonly running: Map<number, Entry>
  ready: boolean
  /** The end of what it printed. */
  printed: string
}

const atOnce = 2
const printedLength = 4_000

export class PictureProcess {
  readonly #options: PictureProcessOptions
  /** Somebody waits for these; the newest, which is last, comes first: it is what is looked at now. */
  readonly #urgent: Entry[] = []
  readonly #patient: Entry[] = []
  #child: Child | null = null
  #idle: NodeJS.Timeout | undefined
  #nextId = 0
  #closed = false

  constructor(options: PictureProcessOptions) {
    this.#options = options
  }

  /** @throws AppError 'stopped' after close, 'engine-crashed' where the process cannot be started at all */
  ask(wish: PictureWish, urgent: boolean): Promise<PictureOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      const queue = urgent ? this.#urgent : this.#patient
      queue.push({ wish, resolve, reject, crashes: 0 })
      this.#advance()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    this.#rejectAll(closed())
    const child = this.#child?.process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGKILL')
    })
  }

  #advance(): void {
    clearTimeout(this.#idle)
    if (this.#urgent.length + this.#patient.length > 0) {
      try {
        this.#child ??= this.#start()
      } catch (error) {
        return this.#rejectAll(AppError.from(error))
      }
    }
    const child = this.#child
    if (!child?.ready) return
    for (;;) {
      const queue = this.#urgent.length > 0 ? this.#urgent : this.#patient
      const next = queue === this.#urgent ? queue.at(-1) : queue[0]
      // What was under way in a crash goes on alone: only then is it clear which one the process cannot bear.
      const alone = [...child.running.values()].some(isSuspect) || (next && isSuspect(next) && child.running.size > 0)
      if (!next || alone || child.running.size >= atOnce) break
      queue.splice(queue.indexOf(next), 1)
      this.#send(child, next)
    }
    if (child.running.size > 0) return
    this.#idle = setTimeout(() => {
      this.#child = null
      child.process.disconnect()
    }, this.#options.idleMilliseconds ?? 60_000)
    this.#idle.unref()
  }

  #send(child: Child, entry: Entry): void {
    const id = this.#nextId++
    child.running.set(id, entry)
    entry.timer = setTimeout(() => child.process.kill('SIGKILL'), this.#options.hangMilliseconds ?? 60_000)
    // Fails only when the process is gone, which its exit reports.
    child.process.send({ ...entry.wish, id } satisfies PictureRequest, () => undefined)
  }

  #start(): Child {
    const { place = besideThis, entry = place.media } = this.#options
    const process = fork(fileURLToPath(entry), {
      execPath: place.node(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
      // Else a window on Windows has a console come up beside it.
      windowsHide: true,
    })
    const child: Child = { process, running: new Map(), ready: false, printed: '' }
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      child.printed = (child.printed + text).slice(-printedLength)
    })
    process.on('message', (message) => {
      const { data: answer } = pictureAnswerSchema.safeParse(message)
      if (answer) this.#heard(child, answer)
      else process.kill('SIGKILL')
    })
    process.on('error', (error) => {
      if (process.pid === undefined) this.#ended(child, error.message)
    })
    process.on('exit', (code, signal) => this.#ended(child, signal ? `signal ${signal}` : `exit code ${code}`))
    return child
  }

  #heard(child: Child, answer: PictureAnswer): void {
    if (answer.answer === 'ready') child.ready = true
    else {
      const entry = child.running.get(answer.id)
      child.running.delete(answer.id)
      clearTimeout(entry?.timer)
      entry?.resolve(answer)
    }
    this.#advance()
  }

  #ended(child: Child, how: string): void {
    const { running, ready, printed } = child
    for (const entry of running.values()) clearTimeout(entry.timer)
    // Ended because it was idle, unless work came in between.
    if (this.#child !== child) return
    this.#child = null
    if (this.#closed) {
      for (const entry of running.values()) entry.reject(closed())
      return
    }
    const error = new AppError('engine-crashed', `the picture process ended unexpectedly (${how})`)
    this.#options.log.error(
      `the picture process ended (${how}) at ${[...running.values()].map(({ wish }) => wish.file).join(', ') || 'nothing'}`,
      new Error(printed),
    )
    if (!ready) return this.#rejectAll(error)
    const alone = running.size === 1
    for (const entry of running.values()) {
      if (alone && isSuspect(entry)) entry.resolve({ answer: 'crashed' })
      else {
        entry.crashes++
        this.#urgent.push(entry)
      }
    }
    this.#advance()
  }

  #rejectAll(error: AppError): void {
    for (const entry of [...this.#urgent.splice(0), ...this.#patient.splice(0)]) entry.reject(error)
  }
}

function isSuspect({ crashes }: Entry): boolean {
  return crashes > 0
}

function closed(): AppError {
  return new AppError('stopped', 'pictures: the application is closing')
}
