// Which images make up each training batch: one sampler for the labelled and one for the unlabelled ones.
import { deriveSeed } from '../tensor/random.ts'
import type { BatchSourceState } from './batches.ts'
import { EpochSampler } from './samplers.ts'

export const halves = ['labelled', 'unlabelled'] as const
export type Half = (typeof halves)[number]

/** Images to draw from, and how many a batch. */
export interface DrawPlan {
  readonly indices: readonly number[]
  readonly batch: number
}

/** The images of one half of a batch. */
export interface Draw {
  readonly indices: Int32Array
  /** Number of the first of these draws in the whole run: with it, a repeated image gets a new view. */
  readonly first: number
}

/** Draws batches without end; the state after each batch is plain JSON. */
export class BatchDraws {
  readonly #plans: Readonly<Record<Half, DrawPlan | null>>
  readonly #samplers: Readonly<Record<Half, EpochSampler | null>>

  constructor(plans: Readonly<Record<Half, DrawPlan | null>>, seed: number, resume?: BatchSourceState) {
    const sampler = (half: Half): EpochSampler | null => {
      const plan = plans[half]
      if (plan === null) return null
      const result = new EpochSampler(plan.indices, deriveSeed(seed, half))
      const state = resume?.[half]
      if (state) result.state = state
      return result
    }
    this.#plans = plans
    this.#samplers = { labelled: sampler('labelled'), unlabelled: sampler('unlabelled') }
  }

  get state(): BatchSourceState {
    return { labelled: this.#samplers.labelled?.state ?? null, unlabelled: this.#samplers.unlabelled?.state ?? null }
  }

  next(): Record<Half, Draw | null> {
    return { labelled: this.#draw('labelled'), unlabelled: this.#draw('unlabelled') }
  }

  #draw(half: Half): Draw | null {
    const sampler = this.#samplers[half]
    const plan = this.#plans[half]
    if (!sampler || !plan) return null
    const first = sampler.state.drawn
    return { indices: sampler.next(plan.batch), first }
  }
}
