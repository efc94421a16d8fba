// Events from the services to whoever listens, numbered, so that a listener that was away gets what it missed or learns that it missed too much.
import { randomUUID } from 'node:crypto'
import type { Events, Topic } from '../../shared/contract/index.ts'

export interface NumberedEvent {
  readonly sequence: number
  readonly topic: Topic
  readonly payload: unknown
}

/** Where a listener stands: this run of the program, and the last event it has seen. */
export interface Position {
  readonly epoch: string
  readonly sequence: number
}

/** Events kept for listeners that come back. */
const kept = 10_000

export class EventHub {
  /** Another one after each start: numbers of before mean nothing then. */
  readonly epoch = randomUUID()
  readonly #listeners = new Set<(event: NumberedEvent) => void>()
  readonly #recent: NumberedEvent[] = []
  #sequence = 0

  get position(): Position {
    return { epoch: this.epoch, sequence: this.#sequence }
  }

  emit<Name extends Topic>(topic: Name, payload: Events[Name]): void {
    const event = { sequence: ++this.#sequence, topic, payload }
    this.#recent.push(event)
    // Cut in pieces: an array that loses one element a time would be moved every time.
    if (this.#recent.length > 2 * kept) this.#recent.splice(0, kept)
    for (const listener of this.#listeners) listener(event)
  }

  /** @returns a function that ends it */
  listen(listener: (event: NumberedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Events after a position; null where they are no longer there: the listener has to read everything anew. */
  since({ epoch, sequence }: Position): readonly NumberedEvent[] | null {
    if (epoch !== this.epoch || sequence > this.#sequence) return null
    const first = this.#recent[0]?.sequence ?? this.#sequence + 1
    return sequence + 1 < first ? null : this.#recent.slice(sequence + 1 - first)
  }
}
