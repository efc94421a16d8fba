// The listener's side of the event channel: keeps its position, opens the channel again when it breaks, tells what was missed.
import type { Events, Topic } from '../contract/index.ts'
import type { ConnectionState } from './connection.ts'
import { feedFrame, topics } from './frames.ts'
import type { FeedFrame, ListenerFrame, Position } from './frames.ts'

export interface PipeEnd {
  opened(): void
  received(text: string): void
  /** At most once; nothing comes after it. */
  closed(): void
}

/** Opens a channel for texts in order. Fails by `closed`, never by throwing. */
export type OpenPipe = (end: PipeEnd) => { send(text: string): void; close(): void }

export interface EventClientOptions {
  /** Default: all. */
  readonly topics?: readonly Topic[]
  /** Milliseconds before a channel is opened again: doubled from the first to the last, each shortened by up to a half at random. */
  readonly delays?: { readonly first: number; readonly last: number }
  /** Milliseconds without a frame after which a channel counts as broken. The other side sends one every 15 s at least. */
  readonly silence?: number
}

type Listener = (payload: unknown) => void

export class EventClient {
  readonly #open: OpenPipe
  readonly #options: Required<EventClientOptions>
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #stateListeners = new Set<(state: ConnectionState) => void>()
  #pipe: ReturnType<OpenPipe> | null = null
  #position: Position | null = null
  #connected = false
  #closed = false
  /** Attempts since the last one that succeeded. */
  #attempts = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(open: OpenPipe, options: EventClientOptions) {
    this.#open = open
    this.#options = { topics, delays: { first: 250, last: 10_000 }, silence: 45_000, ...options }
    this.#start()
  }

  on<Name extends Topic>(topic: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners)
    // Its own function each time: one that is added twice is called twice and taken off one by one.
    const own: Listener = (payload) => listener(payload as Events[Name])
    listeners.add(own)
    return () => listeners.delete(own)
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    const own = (state: ConnectionState): void => listener(state)
    this.#stateListeners.add(own)
    if (this.#connected) notify([own], 'reset')
    return () => this.#stateListeners.delete(own)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#pipe?.close()
    this.#pipe = null
    this.#lost()
  }

  #start(): void {
    // What an earlier pipe still has to say is of no interest.
    const current = (act: () => void) => () => {
      if (this.#pipe === pipe) act()
    }
    const pipe: ReturnType<OpenPipe> = this.#open({
      opened: () => queueMicrotask(current(() => this.#subscribe())),
      received: (text) => current(() => this.#received(text))(),
      closed: () => queueMicrotask(current(() => this.#again())),
    })
    this.#pipe = pipe
    this.#expectFrame()
  }

  #subscribe(): void {
    const frame: ListenerFrame = { subscribe: [...this.#options.topics], after: this.#position }
    this.#pipe?.send(JSON.stringify(frame))
  }

  #received(text: string): void {
    const frame = parsed(text)
    if (!frame) return this.#again()
    this.#expectFrame()
    if ('events' in frame) {
      if (this.#position) this.#position = { ...this.#position, sequence: frame.sequence }
      for (const { topic, payload } of frame.events) notify(this.#listeners.get(topic) ?? [], payload)
      return
    }
    const missed = 'reset' in frame || this.#position === null
    this.#position = 'reset' in frame ? frame.reset : frame.position
    this.#connected = true
    this.#attempts = 0
    notify(this.#stateListeners, missed ? 'reset' : 'connected')
  }

  /** The channel has broken: opens another one after a while. */
  #again(): void {
    this.#pipe?.close()
    this.#pipe = null
    clearTimeout(this.#timer)
    this.#lost()
    const { first, last } = this.#options.delays
    const delay = Math.min(last, first * 2 ** this.#attempts++) * (1 - Math.random() / 2)
    // A listener may have closed the connection when it heard that it is lost.
    if (!this.#closed) this.#timer = setTimeout(() => this.#start(), delay)
  }

  #lost(): void {
    if (!this.#connected) return
    this.#connected = false
    notify(this.#stateListeners, 'disconnected')
  }

  #expectFrame(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#again(), this.#options.silence)
  }
}

function parsed(text: string): FeedFrame | null {
  try {
    return feedFrame.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** A listener that throws must not keep the others from hearing: its error goes where uncaught ones go. */
function notify<Value>(listeners: Iterable<(value: Value) => void>, value: Value): void {
  for (const listener of [...listeners])
    try {
      listener(value)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
}
