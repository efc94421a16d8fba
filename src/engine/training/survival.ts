// How a run goes on when what it computes on fails: with less memory, with smaller batches, or on another device.
import type { RunSettings } from '../../core/train/settings.ts'
import type { AppError } from '../../shared/errors.ts'
import { isOfBatch, isSurvivable, toAppError } from '../errors.ts'
import type { Adapted } from './checkpoint.ts'
import { storable, storesHalf } from './half-storage.ts'
import type { MovableEngine } from './movable-engine.ts'

/** Images of either half that a step keeps at least. */
const smallestBatch = 2

/** What is left to try, for one run. */
export class Survival {
  /** What has changed of the requested settings. */
  adapted: Adapted
  /** What had changed already when the run was stopped, in words; null where nothing had. */
  readonly notice: string | null
  readonly #requested: RunSettings
  readonly #engine: MovableEngine
  readonly #tell: (message: string) => void

  /** @param adapted by the run until its checkpoint */
  constructor(requested: RunSettings, adapted: Adapted, engine: MovableEngine, tell: (message: string) => void) {
    this.adapted = adapted
    this.notice = stillHolds(requested, adapted)
    this.#requested = requested
    this.#engine = engine
    this.#tell = tell
  }

  /** As they are now. */
  get settings(): RunSettings {
    return { ...this.#requested, ...this.adapted }
  }

  /** Does the work, again where it has failed for a reason that can be mended.
   * @param work from what the run has kept; `trains`: its batch and its backward pass can change
   * @throws what the work throws, once nothing is left to try */
  async through<T>(work: (isFirst: boolean) => Promise<T>, trains: 'no' | 'head' | 'backbone'): Promise<T> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        if (trains !== 'no') await this.#adapt()
        return await work(isFirst)
      } catch (error) {
        if (!isSurvivable(error) || !(await this.#mend(toAppError(error), trains))) throw error
      }
    }
  }

  /** What the device lacks, the run does without. */
  async #adapt(): Promise<void> {
    const { halfActivations } = await storable(this.settings, this.#engine)
    if (halfActivations === this.settings.halfActivations) return
    this.#change({ halfActivations }, `${this.#engine.name} does not store float16: activations stay in float32`)
  }

  async #mend(error: AppError, trains: 'no' | 'head' | 'backbone'): Promise<boolean> {
    if (trains !== 'no' && isOfBatch(error) && (await this.#needLess(trains))) return true
    const moved = await this.#engine.move(error)
    if (moved !== null) this.#tell(moved)
    return moved !== null
  }

  /** First what changes no number, then what rounds some. */
  async #needLess(trains: 'head' | 'backbone'): Promise<boolean> {
    const { recompute, halfActivations, labelledBatch, unlabelledBatch, learningRate } = this.settings
    if (trains === 'backbone' && !recompute) {
      this.#change(
        { recompute: true },
        'out of memory: activations are computed again in the backward pass from here on, which takes more time; the numbers stay the same',
      )
      return true
    }
    if (trains === 'backbone' && !halfActivations && (await storesHalf(this.#engine).catch(() => false))) {
      this.#change(
        { halfActivations: true },
        'out of memory: activations wait for the backward pass in half precision from here on; gradients differ by rounding',
      )
      return true
    }
    if (Math.min(labelledBatch, unlabelledBatch) < 2 * smallestBatch) return false
    // The linear scaling rule (Goyal et al. 2017): as many images move the weights as far.
    const half = { labelledBatch: labelledBatch >> 1, unlabelledBatch: unlabelledBatch >> 1, learningRate: learningRate / 2 }
    this.#change(
      half,
      `out of memory: from here on a step takes ${half.labelledBatch} labelled and ${half.unlabelledBatch} unlabelled images instead of ${labelledBatch} and ${unlabelledBatch}, ` +
        'at half the learning rate. Gradients and batch statistics are of fewer images and the run sees fewer in all: the result is another one than that of the full batch',
    )
    return true
  }

  #change(settings: Adapted, message: string): void {
    this.adapted = { ...this.adapted, ...settings }
    this.#tell(message)
  }
}

function stillHolds(requested: RunSettings, adapted: Adapted): string | null {
  const { recompute, halfActivations, labelledBatch, unlabelledBatch, learningRate } = { ...requested, ...adapted }
  const changes: string[] = []
  if (recompute !== requested.recompute) changes.push('activations are computed again in the backward pass')
  if (halfActivations !== requested.halfActivations)
    changes.push(halfActivations ? 'activations wait for the backward pass in half precision' : 'activations stay in float32')
  if (labelledBatch !== requested.labelledBatch)
    changes.push(
      `a step takes ${labelledBatch} labelled and ${unlabelledBatch} unlabelled images instead of ${requested.labelledBatch} and ${requested.unlabelledBatch}, ` +
        `at ${learningRate / requested.learningRate} times the learning rate: the result is another one than that of the full batch`,
    )
  return changes.length === 0 ? null : `what this run changed before it was stopped still holds: ${changes.join('; ')}`
}
