// The reference engine: every program in float64 arithmetic. For correctness, not for speed.
import type { Engine, Executable, Program, State } from '../graph/program.ts'
import { topological } from '../graph/value.ts'
import type { Value } from '../graph/value.ts'
import { sameShape } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { describe } from '../graph/ops/spec.ts'
import { checkFed, evaluateFrom } from './evaluate.ts'

export class ReferenceEngine implements Engine {
  readonly name = 'reference (float64, plain TypeScript)'
  readonly kind = 'reference'

  compile(program: Program): Promise<Executable> {
    return Promise.resolve().then(() => new ReferenceExecutable(program))
  }

  createState(values: Readonly<Record<string, HostTensor>>): Promise<State> {
    const state = new ReferenceState()
    return state.write(values).then(() => state)
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}

class ReferenceState implements State {
  readonly #variables = new Map<string, HostTensor>()

  get names(): string[] {
    return [...this.#variables.keys()]
  }

  /** The stored tensor itself; it is never written into, only replaced. */
  get(name: string): HostTensor {
    const value = this.#variables.get(name)
    if (!value) throw new Error(`the state holds no variable ${name}`)
    return value
  }

  /** Keeps the tensor: the caller gives it away. */
  set(name: string, value: HostTensor): void {
    this.#variables.set(name, value)
  }

  read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => Object.fromEntries(names.map((name) => [name, copy(this.get(name))])))
  }

  write(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    return Promise.resolve().then(() => {
      for (const [name, value] of Object.entries(values)) {
        const before = this.#variables.get(name)
        if (before && (before.dtype !== value.dtype || !sameShape(before.shape, value.shape)))
          throw new Error(`variable ${name}: expected ${describe(before)}, found ${describe(value)}`)
      }
      for (const [name, value] of Object.entries(values)) this.set(name, copy(value))
    })
  }

  dispose(): void {
    this.#variables.clear()
  }
}

class ReferenceExecutable implements Executable {
  readonly #program: Program

  constructor(program: Program) {
    checkLeaves(program)
    this.#program = program
  }

  run(state: State, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => {
      if (!(state instanceof ReferenceState)) throw new Error('expected a state of the reference engine, found one of another engine')
      const { outputs, updates } = this.#program
      for (const [name, value] of Object.entries(updates)) checkFed(`variable ${name}`, value, state.get(name))
      const leaves = new Map<Value, HostTensor>()
      for (const [name, leaf] of Object.entries(this.#program.feeds)) leaves.set(leaf, checkFed(`feed ${name}`, leaf, feeds[name]))
      for (const [name, leaf] of Object.entries(this.#program.reads)) leaves.set(leaf, checkFed(`variable ${name}`, leaf, state.get(name)))
      // Copies, because results may share memory with feeds, constants, variables and each other.
      const results = evaluateFrom([...Object.values(outputs), ...Object.values(updates)], leaves).map(copy)
      const written = results.splice(Object.keys(outputs).length)
      Object.keys(updates).forEach((name, i) => state.set(name, written[i]!))
      return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, results[i]!]))
    })
  }

  dispose(): void {
    // Holds nothing but the program.
  }
}

/** Every `Input` that the program reaches must be a feed or a read. */
function checkLeaves({ feeds, reads, outputs, updates }: Program): void {
  const given = new Set([...Object.values(feeds), ...Object.values(reads)])
  for (const { op, outputs: leaf, attributes } of topological([...Object.values(outputs), ...Object.values(updates)])) {
    if (op === 'Input' && !given.has(leaf[0]!))
      throw new Error(`input ${(attributes as { name: string }).name} is neither fed nor read from the state`)
  }
}

function copy(t: HostTensor): HostTensor {
  return { ...t, data: t.data.slice() }
}
