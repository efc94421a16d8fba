// When to read everything anew: the connection is (again) there and events may have been missed; after what has to come first.
import { usePlatform } from './platform.ts'

const preparations = new Set<() => Promise<void>>()

/** What reading depends on, e.g. that the services have the project open again. */
export function beforeFresh(prepare: () => Promise<void>): void {
  preparations.add(prepare)
}

/** Called at once where there is a connection already. @returns a function that ends it */
export function onFresh(listener: () => void): () => void {
  let ended = false
  const end = usePlatform().connection.onState((state) => {
    if (state !== 'reset') return
    void Promise.allSettled([...preparations].map((prepare) => prepare())).then(() => {
      if (!ended) listener()
    })
  })
  return () => {
    ended = true
    end()
  }
}
