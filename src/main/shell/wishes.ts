// What the menu and the system wish of the page, kept until it listens.
import type { Wish } from '../../shared/desktop.ts'
import type { FeedPipe } from '../transport/event-feed.ts'
import type { Channel } from '../transport/ipc.ts'

export class Wishes {
  #pipe: FeedPipe | null = null
  #waiting: Wish[] = []

  /** Opened by the page that shows what is wished; a later page takes its place. */
  readonly channel = (pipe: FeedPipe): Channel => {
    this.#pipe = pipe
    for (const wish of this.#waiting.splice(0)) this.send(wish)
    const close = (): void => {
      if (this.#pipe === pipe) this.#pipe = null
    }
    return { received: () => pipe.refuse('nothing is to be said here'), close }
  }

  send(wish: Wish): void {
    if (this.#pipe) this.#pipe.send(JSON.stringify(wish), () => undefined)
    else this.#waiting.push(wish)
  }
}
