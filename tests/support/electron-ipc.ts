// Electron's IPC as far as we use it, in one process: messages are copied as structured clones, arrive later and in order, and end with their page.
import type { IpcPage, MainIpc } from '../../src/main/transport/ipc.ts'
import type { RendererIpc } from '../../src/preload/bridge.ts'
import type { FeedAnswer } from '../../src/shared/transport/ipc.ts'

export interface StubPage extends IpcPage {
  /** Of the frame that sends. */
  url: string
}

export interface StubEvent {
  readonly sender: StubPage
}

type Handler = (event: StubEvent, message: unknown) => Promise<unknown>
type Listener = (event: StubEvent, message: unknown) => void

export interface IpcStub {
  readonly main: MainIpc<StubEvent>
  /** A page with the `ipcRenderer` of its own. */
  page(url?: string): { readonly page: StubPage; readonly ipc: RendererIpc; destroy(): void }
}

export function ipcStub(): IpcStub {
  const handlers = new Map<string, Handler>()
  const listeners = new Map<string, Set<Listener>>()
  const later = (act: () => void): void => void setImmediate(act)
  let pages = 0
  return {
    main: {
      handle: (channel, handler) => void handlers.set(channel, handler),
      removeHandler: (channel) => void handlers.delete(channel),
      on: (channel, listener) => void listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
      removeListener: (channel, listener) => void listeners.get(channel)?.delete(listener),
    },
    page: (url = 'app://studio/') => {
      const heard = new Map<string, Set<(event: unknown, message: FeedAnswer) => void>>()
      let isDestroyed = false
      const page: StubPage = {
        id: ++pages,
        url,
        isDestroyed: () => isDestroyed,
        send: (channel, message) => {
          const copy = structuredClone(message)
          later(() => {
            if (!isDestroyed) for (const listener of heard.get(channel) ?? []) listener({}, copy)
          })
        },
      }
      const event = { sender: page }
      const ipc: RendererIpc = {
        invoke: (channel, message) => {
          const copy: unknown = structuredClone(message)
          return new Promise((resolve, reject) =>
            later(() => {
              const handler = handlers.get(channel)
              if (!handler) return reject(new Error(`Error invoking remote method '${channel}': no handler registered`))
              handler(event, copy).then((answer) => later(() => resolve(structuredClone(answer))), reject)
            }),
          )
        },
        send: (channel, message) => {
          const copy: unknown = structuredClone(message)
          later(() => listeners.get(channel)?.forEach((listener) => listener(event, copy)))
        },
        on: (channel, listener) => heard.set(channel, (heard.get(channel) ?? new Set()).add(listener)),
      }
      return { page, ipc, destroy: () => void (isDestroyed = true) }
    },
  }
}
