// A program on images that do not depend on each other: a batch at once or, where the device has no memory for that, in parts. The numbers are the same.
import type { Engine, Executable, Program, State } from '../../core/graph/program.ts'
import { allocate, sizeOf } from '../../core/tensor/tensor.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { ofNoBatch, toAppError } from '../errors.ts'

type Tensors = Readonly<Record<string, HostTensor>>

export class InParts implements Executable {
  readonly #engine: Engine
  readonly #build: (batch: number) => Program
  readonly #batch: number
  /** Images a call of the engine. */
  #part: number
  #compiled: Executable | null = null

  /** Compiled on first use. @param build the program for so many images: the first dimension of its feeds and outputs */
  constructor(engine: Engine, build: (batch: number) => Program, batch: number) {
    this.#engine = engine
    this.#build = build
    this.#batch = batch
    this.#part = batch
  }

  /** Compiles it now. @throws as `run` */
  async prepare(): Promise<void> {
    await this.#fitting(() => this.#executable())
  }

  /** @param feeds of the whole batch
   * @throws AppError 'out-of-memory' (`ofNoBatch`) where there is no room for a single image */
  run(state: State, feeds: Tensors): Promise<Record<string, HostTensor>> {
    return this.#fitting(() => this.#run(state, feeds))
  }

  dispose(): void {
    this.#compiled?.dispose()
    this.#compiled = null
  }

  async #fitting<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (toAppError(error).code !== 'out-of-memory') throw error
        if (this.#part === 1) throw ofNoBatch(error)
        this.dispose()
        this.#part = Math.ceil(this.#part / 2)
      }
    }
  }

  async #executable(): Promise<Executable> {
    return (this.#compiled ??= await this.#engine.compile(this.#build(this.#part)))
  }

  async #run(state: State, feeds: Tensors): Promise<Record<string, HostTensor>> {
    const executable = await this.#executable()
    if (this.#part === this.#batch) return executable.run(state, feeds)
    const results: Tensors[] = []
    for (let from = 0; from < this.#batch; from += this.#part) {
      const part = mapped(feeds, (whole) => rows(whole, from, this.#part))
      results.push(await executable.run(state, part))
    }
    const all = (name: string): HostTensor[] => results.flatMap((result) => result[name] ?? [])
    return mapped(results[0] ?? {}, (_, name) => joined(all(name), this.#batch))
  }
}

function mapped(tensors: Tensors, change: (tensor: HostTensor, name: string) => HostTensor): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]))
}

/** `count` rows of a tensor, zeros beyond its last. */
function rows({ dtype, shape, data }: HostTensor, from: number, count: number): HostTensor {
  const row = shape.slice(1)
  const size = sizeOf(row)
  const part = allocate(dtype, count * size)
  part.set(data.subarray(from * size, (from + count) * size) as never)
  return { dtype, shape: [count, ...row], data: part }
}

/** The first `count` rows of tensors that follow each other. */
function joined(parts: readonly HostTensor[], count: number): HostTensor {
  const [first] = parts
  if (!first) throw new Error('expected the results of at least one part, found none')
  const { dtype, data } = first
  const whole = allocate(dtype, parts.length * data.length)
  parts.forEach((part, i) => whole.set(part.data as never, i * data.length))
  const shape = [parts.length * (first.shape[0] ?? 0), ...first.shape.slice(1)]
  return rows({ dtype, shape, data: whole }, 0, count)
}
