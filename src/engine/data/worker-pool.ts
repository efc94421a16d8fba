// A pool of worker threads for jobs that are plain messages. Our own, because what piscina and tinypool add is not needed here and their
// loader script would have to survive bundling: jobs write their results into shared memory, and order is the caller's business.
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../core/data/data-error.ts'

/** What a worker sends back. */
export type Reply<Result> = { readonly id: number; readonly result: Result } | { readonly id: number; readonly error: string }

interface Pending<Job, Result> {
  readonly id: number
  readonly job: Job
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

interface Member<Job, Result> {
  readonly worker: Worker
  readonly jobs: Map<number, Pending<Job, Result>>
  /** It has answered before: so it can run, and is worth replacing when it dies. */
  proven: boolean
}

/** Two at a time keep a worker busy while one of its jobs waits for the disk or for sharp. */
const jobsPerWorker = 2

export class WorkerPool<Job, Result> {
  readonly #script: URL
  readonly #members: Member<Job, Result>[] = []
  readonly #waiting: Pending<Job, Result>[] = []
  #nextId = 0
  /** Why no job can run any more. */
  #failure: Error | null = null

  /** @param script of the workers; they take `{ id, job }` and answer with a Reply */
  constructor(script: URL, threads: number) {
    this.#script = script
    for (let i = 0; i < threads; i++) this.#members.push(this.#start())
  }

  /** Runs a job on the first worker that is free. Jobs start in the order in which they are given.
   * @throws Error if the worker dies (a new one takes its place), if workers cannot start, or if the pool is closed. */
  run(job: Job): Promise<Result> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, job, resolve, reject })
      this.#dispatch()
    })
  }

  async close(): Promise<void> {
    await this.#end(new Error('the worker pool is closed'))
  }

  async #end(failure: Error): Promise<void> {
    this.#failure ??= failure
    const members = this.#members.splice(0)
    const open = [...this.#waiting.splice(0), ...members.flatMap(({ jobs }) => [...jobs.values()])]
    for (const { reject } of open) reject(this.#failure)
    await Promise.all(members.map(({ worker }) => worker.terminate()))
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const free = this.#members.reduce((best, member) => (member.jobs.size < best.jobs.size ? member : best))
      if (free.jobs.size >= jobsPerWorker) return
      const pending = this.#waiting.shift()
      if (!pending) return
      free.jobs.set(pending.id, pending)
      free.worker.postMessage({ id: pending.id, job: pending.job })
    }
  }

  #start(): Member<Job, Result> {
    const member: Member<Job, Result> = { worker: new Worker(this.#script), jobs: new Map(), proven: false }
    member.worker.on('message', (reply: Reply<Result>) => {
      member.proven = true
      const pending = member.jobs.get(reply.id)
      member.jobs.delete(reply.id)
      if ('error' in reply) pending?.reject(new Error(reply.error))
      else pending?.resolve(reply.result)
      this.#dispatch()
    })
    let cause: unknown
    member.worker.on('error', (error: unknown) => {
      cause = error
    })
    member.worker.on('exit', (code) => {
      const at = this.#members.indexOf(member)
      if (at < 0) return
      const failure = new Error(`a worker thread ended with code ${code}: ${messageOf(cause)}`, { cause })
      if (!member.proven) return void this.#end(failure)
      this.#members[at] = this.#start()
      for (const { reject } of member.jobs.values()) reject(failure)
      this.#dispatch()
    })
    return member
  }
}
