// The end: what becomes of training when the window is closed or the application is to quit, and that everything ends in good order.
import type { Run } from '../../shared/contract/runs.ts'
import type { Settings } from '../../shared/contract/system.ts'
import type { Log } from '../services/context.ts'
import type { TrainingWatch } from './training.ts'

export type ClosingAnswer = 'background' | 'pause' | 'stop' | 'cancel'

export interface ClosingParts {
  readonly training: Pick<TrainingWatch, 'unfinished' | 'stopAll'>
  readonly settings: () => Promise<Pick<Settings, 'whenClosing'>>
  readonly ask: (runs: readonly Run[]) => Promise<ClosingAnswer>
  /** The page has a copy of images under way, which goes on while the window is only hidden. */
  readonly isCopying: () => boolean
  /** @returns whether the copy may end half-way */
  readonly askAboutCopy: () => Promise<boolean>
  /** Takes the window away and leaves a way back to it. */
  readonly hide: () => void
  /** Pauses runs, ends tasks, closes projects. */
  readonly closeServices: () => Promise<void>
  /** Ends the application: nothing is in the way any more. */
  readonly quit: () => void
  /** The application stays when its window is closed and nothing is being trained: so on a Mac. */
  readonly stays: boolean
  readonly log: Pick<Log, 'error'>
}

export class Closing {
  readonly #parts: ClosingParts
  #state: 'open' | 'asking' | 'ending' | 'over' = 'open'

  constructor(parts: ClosingParts) {
    this.#parts = parts
  }

  /** Windows may close and the application may quit. */
  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** The person has closed the window, or told the application to quit. Once at a time. */
  async request(what: 'window' | 'application'): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'asking'
    const answer = await this.#answer(what).catch((error: unknown) => {
      // Once the end has begun there is nobody to ask.
      if (this.#isAsking()) this.#parts.log.error('closing', error)
      return 'pause' as const
    })
    // The machine may have begun to shut down meanwhile.
    if (!this.#isAsking()) return
    this.#state = 'open'
    if (answer === 'cancel') return
    if (answer === 'background') return this.#parts.hide()
    await this.end(answer)
  }

  /** Without asking: the machine shuts down, or the person has said so already. */
  async end(how: 'pause' | 'stop' = 'pause'): Promise<void> {
    if (this.#state === 'ending' || this.#state === 'over') return
    const { training, closeServices, quit, log } = this.#parts
    this.#state = 'ending'
    try {
      if (how === 'stop') await training.stopAll()
      await closeServices()
    } catch (error) {
      log.error('closing', error)
    }
    this.#state = 'over'
    quit()
  }

  #isAsking(): boolean {
    return this.#state === 'asking'
  }

  async #answer(what: 'window' | 'application'): Promise<ClosingAnswer> {
    const { isCopying, askAboutCopy } = this.#parts
    const answer = await this.#answerAboutTraining(what)
    const ends = answer === 'pause' || answer === 'stop'
    return ends && isCopying() && !(await askAboutCopy()) ? 'cancel' : answer
  }

  async #answerAboutTraining(what: 'window' | 'application'): Promise<ClosingAnswer> {
    const { training, settings, ask, stays } = this.#parts
    const runs = await training.unfinished()
    if (runs.length === 0) return what === 'window' && stays ? 'background' : 'pause'
    const { whenClosing } = await settings()
    // The habit is about the window: who quits would else only hide it.
    return whenClosing === 'ask' || (whenClosing === 'background' && what === 'application') ? ask(runs) : whenClosing
  }
}
