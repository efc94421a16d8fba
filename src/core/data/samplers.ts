// Endless seeded sampling of batches: epoch after epoch, each a new shuffle.
import { deriveSeed, Random } from '../tensor/random.ts'
import { DataError } from './data-error.ts'

/** State of a sampler: plain JSON. The order of every epoch follows from the seed, so the number of draws says everything. */
export interface SamplerState {
  readonly drawn: number
}

/**
 * Draws from a fixed list without end. Every run of `items.length` draws is a permutation of the list, each epoch's its own; a batch may
 * reach over the end of an epoch, or be larger than the list, and every image still occurs equally often.
 */
export class EpochSampler {
  readonly #items: readonly number[]
  readonly #seed: number
  #drawn = 0
  #epoch = -1
  #order: number[] = []

  /** @throws DataError if there is nothing to draw from. */
  constructor(items: readonly number[], seed: number) {
    if (items.length === 0) throw new DataError('bad-option', 'sampler', 'expected at least one image to draw from, found none')
    this.#items = items
    this.#seed = seed
  }

  get state(): SamplerState {
    return { drawn: this.#drawn }
  }

  set state(state: SamplerState) {
    if (!Number.isSafeInteger(state.drawn) || state.drawn < 0)
      throw new DataError('bad-option', 'sampler state', `expected a count of draws, found ${state.drawn}`)
    this.#drawn = state.drawn
  }

  /** The next `count` items. */
  next(count: number): Int32Array {
    const batch = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const epoch = Math.floor(this.#drawn / this.#items.length)
      if (epoch !== this.#epoch) {
        this.#order = new Random(deriveSeed(this.#seed, 'epoch', epoch)).shuffled(this.#items)
        this.#epoch = epoch
      }
      batch[i] = this.#order[this.#drawn % this.#items.length] ?? 0
      this.#drawn++
    }
    return batch
  }
}
