// An engine whose device can change between two pieces of work.
import { add, input, matMul } from '../../core/graph/build.ts'
import type { Engine, Executable, Program, State } from '../../core/graph/program.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { toAppError } from '../errors.ts'

/** Absent = the usual one. */
type Device = string | undefined
type Open = (device: Device) => Promise<Engine>

/** What is compiled and held stays with the device that it was made for: after a move it has to be made anew. */
export class MovableEngine implements Engine {
  /** That it did not begin on the first device and why, in words. */
  readonly notice: string | null
  #engine: Engine
  readonly #others: Device[]
  readonly #open: Open

  private constructor(engine: Engine, others: Device[], open: Open, notice: string | null) {
    this.#engine = engine
    this.#others = others
    this.#open = open
    this.notice = notice
  }

  /** Begins on the first device that works.
   * @param others devices to move to, in order
   * @throws what the first says, where none works */
  static async begin(first: Device, others: readonly Device[], open: Open): Promise<MovableEngine> {
    const left = [...others]
    try {
      return new MovableEngine(await openWorking(first, open), left, open, null)
    } catch (error) {
      const engine = await firstThatWorks(left, open)
      if (!engine) throw error
      return new MovableEngine(engine, left, open, movedFrom(first ?? 'cpu', error, engine))
    }
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

  /** Goes on with the next device that works.
   * @param error of the one so far
   * @returns what has happened, in words; null where none is left: the engine is as it was */
  async move(error: unknown): Promise<string | null> {
    const opened = await firstThatWorks(this.#others, this.#open)
    if (!opened) return null
    const before = this.#engine
    this.#engine = opened
    await abandon(before)
    return movedFrom(before.name, error, opened)
  }

  /** Whatever happens: a run that is over does not fail for it. */
  dispose(): Promise<void> {
    return abandon(this.#engine)
  }
}

function movedFrom(before: string, error: unknown, { name }: Engine): string {
  return `${before} failed (${toAppError(error).message}): the run goes on with ${name}`
}

/** Takes devices from the front of the list until one works. */
async function firstThatWorks(devices: Device[], open: Open): Promise<Engine | null> {
  while (devices.length > 0) {
    const engine = await openWorking(devices.shift(), open).catch(() => null)
    if (engine) return engine
  }
  return null
}

/** Some say only when they compute that their card or library is not there. */
async function openWorking(device: Device, open: Open): Promise<Engine> {
  const engine = await open(device)
  try {
    await tryOut(engine)
    return engine
  } catch (error) {
    await abandon(engine)
    throw error
  }
}

/** A product, for which a device loads its libraries, and a sum that stays in the state. */
async function tryOut(engine: Engine): Promise<void> {
  const square = { dtype: 'float32', shape: [2, 2] } as const
  const [x, sum] = [input('x', square), input('sum', square)]
  using made = new DisposableStack()
  const state = made.adopt(await engine.createState({ sum: tensor('float32', square.shape) }), (held) => held.dispose())
  const program = { feeds: { x }, reads: { sum }, outputs: {}, updates: { sum: add(sum, matMul(x, x)) } }
  const executable = made.adopt(await engine.compile(program), (compiled) => compiled.dispose())
  await executable.run(state, { x: tensor('float32', square.shape, [1, 0, 0, 1]) })
}

/** A device that is lost may fail to clean up, and nothing depends on it any more. */
function abandon(engine: Engine): Promise<void> {
  return engine.dispose().catch(() => undefined)
}
