// How many keys a method's queues hold: slots that no longer have the value that they started with.
import type { State } from '../../core/graph/program.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'

/** Read off the state itself: so it is right after a resume and after a recovery too. */
export class QueueFill {
  /** The first number of each slot's starting value, by the queue's name: that a key has the same one by chance does not happen. */
  readonly #starts: ReadonlyMap<string, Float64Array>

  /** @param queues names of variables [C, K, ...]; none where the method has no queues
   *  @param start values of the variables before the first step, or what they would have been: what an earlier phase left counts as held */
  constructor(queues: readonly string[], start: Readonly<Record<string, HostTensor>>) {
    this.#starts = new Map(queues.flatMap((name) => (start[name] ? [[name, firstNumbers(start[name])] as const] : [])))
  }

  /** Keys by class and the most there can be of each, over all queues; null where there are none. Copies the queues: for now and then. */
  async read(state: State): Promise<{ held: number[]; size: number } | null> {
    if (this.#starts.size === 0) return null
    const values = await state.read([...this.#starts.keys()])
    const held: number[] = []
    let size = 0
    for (const [name, start] of this.#starts) {
      const value = values[name]
      if (!value) continue
      const [, slots = 1] = value.shape
      firstNumbers(value).forEach((first, slot) => {
        const label = Math.floor(slot / slots)
        held[label] = (held[label] ?? 0) + (first === start[slot] ? 0 : 1)
      })
      size += slots
    }
    return { held, size }
  }
}

function firstNumbers({ data, shape: [classes = 0, slots = 0] }: HostTensor): Float64Array {
  const width = data.length / Math.max(1, classes * slots)
  return Float64Array.from({ length: classes * slots }, (_, slot) => Number(data[slot * width]))
}
