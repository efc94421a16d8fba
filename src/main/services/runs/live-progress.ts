// What a run has told so far: all of it in memory, the latest on the disk now and then.
import type { JobEvent } from '../../../shared/events.ts'
import type { Progress } from './store.ts'

/** Milliseconds between two writes while nothing but steps comes. */
const interval = 15_000

export class LiveProgress {
  readonly #save: (progress: Progress) => void
  #value: Progress
  #savedAt = performance.now()
  #task = { name: '', since: 0, first: 0 }

  constructor(value: Progress, save: (progress: Progress) => void) {
    this.#value = value
    this.#save = save
  }

  get value(): Progress {
    return this.#value
  }

  take(event: JobEvent): void {
    if (event.event === 'step') this.#value = { ...this.#value, step: event, task: null }
    else if (event.event === 'progress') this.#value = { ...this.#value, task: this.#taskOf(event) }
    else if (event.event === 'validation')
      this.#value = { ...this.#value, validation: event, ...(event.kept && { kept: event }) }
    else return
    if (event.event !== 'validation' && performance.now() - this.#savedAt < interval) return
    this.#savedAt = performance.now()
    this.#save(this.#value)
  }

  #taskOf({ task, done, total, remainingSeconds }: Extract<JobEvent, { event: 'progress' }>): Progress['task'] {
    const now = performance.now()
    if (this.#task.name !== task) this.#task = { name: task, since: now, first: done }
    const { since, first } = this.#task
    const measured = done > first ? ((now - since) / 1000 / (done - first)) * (total - done) : null
    return { task, done, total, remainingSeconds: remainingSeconds ?? measured }
  }
}
