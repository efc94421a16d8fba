// When to read everything anew: the connection is (again) there; after what has to come first. Where no event was missed, calls failed meanwhile.
import { usePlatform } from './platform.ts'

const preparations = new Set<() => Promise<void>>()
const listeners = new Set<() => void>()
/** Since the connection was found again all preparations are through. */
let isReady = false
let isWatching = false

/** What reading depends on, e.g. that the services have the project open again. */
export function beforeFresh(prepare: () => Promise<void>): void {
  preparations.add(prepare)
}

/** Called soon where there is a connection already. @returns a function that ends it */
export function onFresh(listener: () => void): () => void {
  watchConnection()
  // Its own function each time: one that is added twice is called twice and taken off one by one.
  const own = (): void => listener()
  listeners.add(own)
  if (isReady)
    queueMicrotask(() => {
      if (listeners.has(own)) own()
    })
  return () => listeners.delete(own)
}

function watchConnection(): void {
  if (isWatching) return
  isWatching = true
  let times = 0
  usePlatform().connection.onState((state) => {
    if (state === 'disconnected') return
    const own = ++times
    isReady = false
    void Promise.allSettled([...preparations].map((prepare) => prepare())).then(() => {
      if (own !== times) return
      isReady = true
      for (const listener of [...listeners]) listener()
    })
  })
}
