// The functions that the page gets: texts in, texts out, over Electron's IPC. No other channel can be reached by them.
import type { FeedAnswer, FeedMessage, StudioBridge } from '../shared/transport/ipc.ts'

/** What is used of Electron's `ipcRenderer`. */
export interface RendererIpc {
  invoke(channel: string, message: unknown): Promise<unknown>
  send(channel: string, message: unknown): void
  on(channel: string, listener: (event: unknown, message: FeedAnswer) => void): unknown
}

/** Named here and in src/shared/transport/ipc.ts, which brings zod along. A test compares them. */
export const channels = { call: 'studio:call', feed: 'studio:feed' } as const

/** @param pathOf `webUtils.getPathForFile` */
export function bridge(ipc: RendererIpc, pathOf: (file: never) => string): StudioBridge {
  const open = new Map<number, (text: string | null) => void>()
  let next = 0
  const send = (message: FeedMessage): void => ipc.send(channels.feed, message)
  ipc.on(channels.feed, (_, { id, text }) => {
    const receive = open.get(id)
    if (text === null) open.delete(id)
    else send({ id, acknowledge: true })
    receive?.(text)
  })
  return {
    call: (message) => ipc.invoke(channels.call, message) as Promise<string | null>,
    subscribe: (channel, receive) => {
      const id = next++
      open.set(id, receive)
      send({ id, open: channel })
      const close = (): void => {
        if (open.delete(id)) send({ id, close: true })
      }
      return { send: (text) => open.has(id) && send({ id, text }), close }
    },
    pathOf: (file) => pathOf(file as never),
  }
}
