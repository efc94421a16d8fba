// State variables while a program is built: reading gives the current symbolic value, writing replaces it for all that follows.
import { constant, input } from '../graph/apply.ts'
import type { Program } from '../graph/program.ts'
import { sameShape } from '../tensor/tensor.ts'
import type { HostTensor, TensorType } from '../tensor/tensor.ts'
import { topological } from '../graph/value.ts'
import type { Value } from '../graph/value.ts'

/** Collects a program: variables (read and updated in order, so that "update twice a step" is two `set` calls), feeds and outputs. */
export class ProgramBuilder {
  readonly #reads = new Map<string, Value>()
  readonly #current = new Map<string, Value>()
  readonly #feeds = new Map<string, Value>()
  readonly #initial: Readonly<Record<string, HostTensor>>
  readonly #frozen: (name: string) => boolean

  /** @param initial values by variable name: they give the types, and the constants for frozen variables.
   *  @param frozen variables baked in as constants, so that an engine can fold and re-arrange them. */
  constructor(initial: Readonly<Record<string, HostTensor>>, frozen: (name: string) => boolean = () => false) {
    this.#initial = initial
    this.#frozen = frozen
  }

  /** The variable's value at this point of the step. */
  get(name: string): Value {
    let value = this.#current.get(name)
    if (value) return value
    const initial = this.#initial[name]
    if (!initial) throw new Error(`unknown variable ${name}`)
    if (this.#frozen(name)) value = constant(initial)
    else this.#reads.set(name, (value = input(name, initial)))
    this.#current.set(name, value)
    return value
  }

  /** Replaces the variable's value for the rest of the step and for the next one. */
  set(name: string, value: Value): void {
    const before = this.get(name)
    if (before.node.op === 'Constant' && this.#frozen(name)) throw new Error(`frozen variable ${name} cannot be updated`)
    if (before.dtype !== value.dtype || !sameShape(before.shape, value.shape))
      throw new Error(`variable ${name} is ${before.dtype}[${before.shape.join()}], its update ${value.dtype}[${value.shape.join()}]`)
    this.#current.set(name, value)
  }

  /** A leaf fed at each run. The same name gives the same leaf. */
  feed(name: string, type: TensorType): Value {
    let value = this.#feeds.get(name)
    if (!value) this.#feeds.set(name, (value = input(name, type)))
    return value
  }

  /** All leaves that are fed, so far. */
  get feeds(): Iterable<Value> {
    return this.#feeds.values()
  }

  /** The program: only leaves that the results depend on are part of it. */
  finish(outputs: Readonly<Record<string, Value>>): Program {
    const updates = [...this.#reads].flatMap(([name, read]) => {
      const value = this.#current.get(name)
      return value === undefined || value === read ? [] : [[name, value] as const]
    })
    const reached = new Set(topological([...Object.values(outputs), ...updates.map(([, value]) => value)]))
    const used = (leaves: ReadonlyMap<string, Value>): Record<string, Value> =>
      Object.fromEntries([...leaves].filter(([, { node }]) => reached.has(node)))
    return { feeds: used(this.#feeds), reads: used(this.#reads), outputs, updates: Object.fromEntries(updates) }
  }
}
