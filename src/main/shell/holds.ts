// What the page has under way that its end would cut off, e.g. a copy of dropped images: a channel is open as long as it goes on, and closes
// by itself when the page is gone.
import type { FeedPipe } from '../transport/event-feed.ts'
import type { Channel } from '../transport/ipc.ts'

export class Holds {
  readonly #open = new Set<FeedPipe>()

  get isHeld(): boolean {
    return this.#open.size > 0
  }

  readonly channel = (pipe: FeedPipe): Channel => {
    this.#open.add(pipe)
    return { received: () => pipe.refuse('nothing is to be said here'), close: () => void this.#open.delete(pipe) }
  }
}
