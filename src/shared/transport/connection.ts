// What every transport gives to the interface, the command line and tests: calls, and events that never have a silent gap.
import type { Api, Events, Topic } from '../contract/index.ts'
import { apiOf } from './call.ts'
import type { Call } from './call.ts'
import { EventClient } from './event-client.ts'
import type { EventClientOptions, OpenPipe } from './event-client.ts'

/** `reset`: connected, but events may have been missed, so read everything anew; the first connection counts as one.
 * `connected`: connected again, and whatever happened meanwhile follows as events. */
export type ConnectionState = 'reset' | 'connected' | 'disconnected'

export interface Connection {
  readonly api: Api
  /** A call by names that need not be in the contract. */
  readonly call: Call
  /** @returns a function that ends it */
  on<Name extends Topic>(topic: Name, listener: (payload: Events[Name]) => void): () => void
  /** Called at once with `reset` where there is a connection already. @returns a function that ends it */
  onState(listener: (state: ConnectionState) => void): () => void
  close(): void
}

/** A connection from one function for calls and one that opens a channel for events. */
export function connectionOf(call: Call, open: OpenPipe, options: EventClientOptions = {}): Connection {
  const events = new EventClient(open, options)
  return {
    api: apiOf(call),
    call,
    on: (topic, listener) => events.on(topic, listener),
    onState: (listener) => events.onState(listener),
    close: () => events.close(),
  }
}
