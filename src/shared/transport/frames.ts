// Frames of the event channel, one JSON text each: a listener says what it wants and where it stands, and gets what follows.
import { z } from 'zod'
import { contract } from '../contract/index.ts'
import type { Topic } from '../contract/index.ts'

/** All there are, e.g. `labels.changed`. */
export const topics = Object.entries(contract).flatMap(([service, { events }]) =>
  Object.keys(events).map((event) => `${service}.${event}` as Topic),
)

/** Where a listener stands: a run of the program, and the last event of it that has reached the listener. */
export const position = z.strictObject({ epoch: z.string().max(100), sequence: z.int().min(0) })

/** From a listener: what it wants from now on; replaces what it wanted before. `after: null` = only what is new. */
export const listenerFrame = z.strictObject({ subscribe: z.array(z.enum(topics)).max(topics.length), after: position.nullable() })

/** To a listener. */
export const feedFrame = z.union([
  /** Answers `subscribe`: events after this position follow. */
  z.strictObject({ position }),
  /** Answers `subscribe`, or comes at any time: events were missed and are no longer there. Those after this position follow. */
  z.strictObject({ reset: position }),
  /** In order. `sequence`: there is nothing more for this listener up to it. An empty one now and then shows that the channel is alive. */
  z.strictObject({
    events: z.array(z.strictObject({ sequence: z.int(), topic: z.string(), payload: z.unknown() })),
    sequence: z.int(),
  }),
])

export type Position = z.infer<typeof position>
export type ListenerFrame = z.infer<typeof listenerFrame>
export type FeedFrame = z.infer<typeof feedFrame>
