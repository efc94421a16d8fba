// An engine whose device can change between two pieces of work.
import type { Engine, Executable, Program, State } from '../../core/graph/program.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { toAppError } from '../errors.ts'

/** What is compiled and held stays with the device that it was made for: after a move it has to be made anew. */
export class MovableEngine implements Engine {
  #engine: Engine
  readonly #others: string[]
  readonly #open: (device: string) => Promise<Engine>

  /** @param others devices to move to, in order */
  constructor(first: Engine, others: readonly string[], open: (device: string) => Promise<Engine>) {
    this.#engine = first
    this.#others = [...others]
    this.#open = open
  }

  get name(): string {
    return this.#engine.name
  }

  get kind(): string {
    return this.#engine.kind
  }

  compile(program: Program): Promise<Executable> {
    return this.#engine.compile(program)
  }

  createState(values: Readonly<Record<string, HostTensor>>): Promise<State> {
    return this.#engine.createState(values)
  }

  /** Goes on with the next device that can be opened. @returns false where none is left: the engine is as it was */
  async move(): Promise<boolean> {
    for (let next = this.#others.shift(); next !== undefined; next = this.#others.shift()) {
      const opened = await this.#open(next).catch((error: unknown) => {
        if (!toAppError(error).isUserError) throw error
        return null
      })
      if (!opened) continue
      const before = this.#engine
      this.#engine = opened
      // A device that is lost may fail to clean up, and nothing depends on it any more.
      await before.dispose().catch(() => undefined)
      return true
    }
    return false
  }

  dispose(): Promise<void> {
    return this.#engine.dispose()
  }
}
