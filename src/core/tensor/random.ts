// Seeded random numbers whose state can be stored: one seed drives a whole run.

/** State of a generator: four 32-bit words; plain JSON, part of every checkpoint. */
export type RandomState = readonly [number, number, number, number]

/** xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32. Not for cryptography. */
export class Random {
  #a = 0
  #b = 0
  #c = 0
  #d = 0

  constructor(seed: number | RandomState) {
    if (typeof seed === 'number') {
      let s = seed >>> 0
      const split = (): number => {
        s = (s + 0x9e3779b9) | 0
        let t = s ^ (s >>> 16)
        t = Math.imul(t, 0x21f0aaad)
        t ^= t >>> 15
        t = Math.imul(t, 0x735a2d97)
        return t ^ (t >>> 15)
      }
      seed = [split(), split(), split(), split()]
    }
    this.state = seed
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d]
  }

  set state(state: RandomState) {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }

  /** 32 random bits as an unsigned integer. */
  uint32(): number {
    const x = Math.imul(this.#b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9)
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result >>> 0
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 0x1_0000_0000)
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below)
  }

  /** Standard normal deviate (Box-Muller, one of the pair: the generator keeps no hidden second value). */
  normal(mean = 0, deviation = 1): number {
    const u = 1 - this.uniform()
    return mean + deviation * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = items.slice()
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const item = result[i]!
      result[i] = result[j]!
      result[j] = item
    }
    return result
  }
}

/** What starting values are drawn with. */
export type Draws = Pick<Random, 'uniform' | 'normal'>

/** Draws nothing: for programs of which only the shapes are wanted, at once. */
export const constantDraws: Draws = { uniform: () => 1, normal: () => 1 }

/** Independent seed for a named purpose: the same (seed, words) always give the same stream, whatever else draws (FNV-1a). */
export function deriveSeed(seed: number, ...words: (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (const word of words) {
    for (const character of `${word}\0`) {
      hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
    }
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
