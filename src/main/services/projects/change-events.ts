// Announces how a project has changed, a few times a second at most, and the last change always.
import type { Project } from '../../../shared/contract/projects.ts'

/** Milliseconds between two announcements of one project. */
const interval = 200

export class ChangeEvents {
  readonly #describe: () => Project
  readonly #announce: (project: Project) => void
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null
  #announced = -Infinity
  #last = ''

  /** @param failed told where a project cannot be described, as on a disk that has gone */
  constructor(describe: () => Project, announce: (project: Project) => void, failed: (error: unknown) => void) {
    this.#describe = describe
    this.#announce = announce
    this.#failed = failed
    this.#last = JSON.stringify(describe())
  }

  /** May be called in a transaction: looks when it is over, and says nothing if it came to nothing. */
  changed(): void {
    const wait = Math.max(0, this.#announced + interval - performance.now())
    this.#timer ??= setTimeout(() => {
      try {
        this.flush()
      } catch (error) {
        this.#failed(error)
      }
    }, wait)
  }

  /** Announces at once what has changed. */
  flush(): void {
    this.end()
    const project = this.#describe()
    const text = JSON.stringify(project)
    if (text === this.#last) return
    this.#last = text
    this.#announced = performance.now()
    this.#announce(project)
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
