// What an own case is: a small graph on drawn inputs.
import { input } from '../../../src/core/graph/apply.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../../src/core/tensor/tensor.ts'
import type { DType, HostTensor, Shape } from '../../../src/core/tensor/tensor.ts'
import type { Tolerance } from '../compare.ts'

export interface OperatorCase {
  readonly name: string
  readonly build: (draw: Draw) => Value | readonly Value[]
  /** Of an engine in float32 against the reference. */
  readonly tolerance?: Tolerance
}

/** Leaf x, y that depends on it, and the gradient of x from that of y. */
export interface Differentiable {
  readonly x: Value
  readonly y: Value
  readonly gradient: (dy: Value) => Value
}

/** A differentiable part of a graph and the operator that holds its gradient. */
export interface GradientCase {
  readonly name: string
  readonly build: (draw: Draw) => Differentiable
  readonly tolerance?: Tolerance
}

/** Makes leaves and remembers what they are fed. The same case always draws the same numbers. */
export class Draw {
  readonly feeds: Record<string, HostTensor> = {}
  readonly #random: Random
  readonly #real: 'float32' | 'float64'

  constructor(real: 'float32' | 'float64', seed = 1) {
    this.#real = real
    this.#random = new Random(seed)
  }

  /** Standard normal. */
  normal(...shape: number[]): Value {
    return this.#leaf(this.#real, shape, () => this.#random.normal())
  }

  uniform(low: number, high: number, ...shape: number[]): Value {
    return this.#leaf(this.#real, shape, () => this.#random.uniform(low, high))
  }

  /** Multiples of 1/8 around zero that differ from each other, in random order: no ties and no kinks within 1/16. */
  distinct(...shape: number[]): Value {
    const size = sizeOf(shape)
    const values = this.#random.shuffled(Array.from({ length: size }, (_, i) => (i + 0.5 - Math.floor(size / 2)) / 8)).values()
    return this.#leaf(this.#real, shape, () => values.next().value ?? 0)
  }

  /** Small whole numbers, so that equal ones occur. */
  tied(...shape: number[]): Value {
    return this.#leaf(this.#real, shape, () => this.#random.integer(5) - 2)
  }

  bool(...shape: number[]): Value {
    return this.#leaf('bool', shape, () => this.#random.integer(2))
  }

  /** Integers from `low` to `high` inclusive. */
  integers(dtype: 'int32' | 'int64' | 'uint8', low: number, high: number, ...shape: number[]): Value {
    return this.#leaf(dtype, shape, () => low + this.#random.integer(high - low + 1))
  }

  given(dtype: DType | 'real', shape: Shape, values: readonly number[]): Value {
    const next = values.values()
    return this.#leaf(dtype === 'real' ? this.#real : dtype, shape, () => next.next().value ?? 0)
  }

  #leaf(dtype: DType, shape: Shape, element: () => number): Value {
    const name = `x${Object.keys(this.feeds).length}`
    this.feeds[name] = tensor(dtype, shape, Array.from({ length: sizeOf(shape) }, element))
    return input(name, { dtype, shape })
  }
}
