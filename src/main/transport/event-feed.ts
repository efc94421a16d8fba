// The server's side of the event channel, one per listener: sends what the hub keeps as fast as the listener takes it, and no faster.
import { listenerFrame } from '../../shared/transport/frames.ts'
import type { FeedFrame, Position } from '../../shared/transport/frames.ts'
import type { EventHub, NumberedEvent } from './event-hub.ts'

export interface FeedPipe {
  /** @param sent called when the text has left this process, or the pipe has broken */
  send(text: string, sent: () => void): void
  /** Ends the channel because of what the listener did. */
  refuse(reason: string): void
}

export interface FeedLimits {
  /** Characters on their way; above, the hub keeps the events until the listener has caught up, or loses them to a reset. */
  readonly pending: number
  /** Characters of a batch, about. */
  readonly batch: number
  /** Milliseconds between two frames that show that the channel is alive. */
  readonly heartbeat: number
}

export class EventFeed {
  readonly #hub: EventHub
  readonly #pipe: FeedPipe
  readonly #limits: FeedLimits
  readonly #stop: () => void
  #topics: ReadonlySet<string> = new Set()
  /** Everything up to here has been sent. Null before the listener has said what it wants. */
  #position: Position | null = null
  #pending = 0
  #scheduled = false
  #closed = false

  constructor(hub: EventHub, pipe: FeedPipe, limits: Partial<FeedLimits> = {}) {
    this.#hub = hub
    this.#pipe = pipe
    this.#limits = { pending: 2 ** 20, batch: 2 ** 16, heartbeat: 15_000, ...limits }
    const timer = setInterval(() => this.#heartbeat(), this.#limits.heartbeat).unref()
    const end = hub.listen(() => this.#schedule())
    this.#stop = () => {
      clearInterval(timer)
      end()
    }
  }

  /** A frame from the listener. */
  received(text: string): void {
    const frame = parsed(text)
    if (!frame) return this.#pipe.refuse('expected {"subscribe": topics, "after": position or null}')
    if (this.#pending > this.#limits.pending) return this.#pipe.refuse('expected a listener that reads what it asked for')
    this.#topics = new Set(frame.subscribe)
    const after = frame.after ?? this.#hub.position
    if (this.#hub.since(after) === null) return this.#reset()
    this.#position = after
    this.#send({ position: after })
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#stop()
  }

  /** Something that is on its way anyway shows as much. */
  #heartbeat(): void {
    if (this.#position && this.#pending === 0) this.#send({ events: [], sequence: this.#position.sequence })
  }

  /** Events of one turn go together. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    while (!this.#closed && this.#position && this.#pending <= this.#limits.pending) {
      const events = this.#hub.since(this.#position)
      if (events === null) this.#reset()
      if (events === null || events.length === 0) return
      this.#sendSome(events, this.#position)
    }
  }

  /** Sends the first events that the listener wants, a batch at most. */
  #sendSome(events: readonly NumberedEvent[], position: Position): void {
    const batch: string[] = []
    let length = 0
    let sequence = position.sequence
    for (const event of events) {
      sequence = event.sequence
      if (!this.#topics.has(event.topic)) continue
      const text = JSON.stringify(event)
      batch.push(text)
      length += text.length
      if (length >= this.#limits.batch) break
    }
    this.#position = { ...position, sequence }
    // The frame's JSON is put together from that of its events: each is made once only.
    if (batch.length > 0) this.#sendText(`{"events":[${batch.join()}],"sequence":${sequence}}`)
  }

  #reset(): void {
    this.#position = this.#hub.position
    this.#send({ reset: this.#position })
  }

  #send(frame: FeedFrame): void {
    this.#sendText(JSON.stringify(frame))
  }

  #sendText(text: string): void {
    if (this.#closed) return
    this.#pending += text.length
    this.#pipe.send(text, () => {
      this.#pending -= text.length
      this.#schedule()
    })
  }
}

function parsed(text: string): ReturnType<typeof listenerFrame.parse> | null {
  try {
    return listenerFrame.parse(JSON.parse(text))
  } catch {
    return null
  }
}
