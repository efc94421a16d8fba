// The services over Electron's IPC: calls are invoked, events go through channels whose texts are acknowledged one by one.
import { AppError } from '../../shared/errors.ts'
import { callChannel, callMessage, feedChannel, feedMessage } from '../../shared/transport/ipc.ts'
import type { FeedAnswer } from '../../shared/transport/ipc.ts'
import { answer, errorAnswer, maxBody, tooLarge } from './answer.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { FeedPipe } from './event-feed.ts'

/** What is used of Electron's `WebContents`. */
export interface IpcPage {
  readonly id: number
  isDestroyed(): boolean
  send(channel: string, message: FeedAnswer): void
}

export interface IpcEvent<Page extends IpcPage = IpcPage> {
  readonly sender: Page
}

/** What is used of Electron's `ipcMain`. */
export interface MainIpc<Event extends IpcEvent> {
  handle(channel: string, listener: (event: Event, message: unknown) => Promise<unknown>): void
  on(channel: string, listener: (event: Event, message: unknown) => void): unknown
  removeHandler(channel: string): void
  removeListener(channel: string, listener: (event: Event, message: unknown) => void): unknown
}

export interface Channel {
  received(text: string): void
  close(): void
}

export interface IpcServices<Event extends IpcEvent> {
  readonly dispatcher: Dispatcher
  /** By their names: `events`, and what else the window has. */
  readonly channels: Readonly<Record<string, (pipe: FeedPipe) => Channel>>
  /** Whether a message comes from the page that it should come from. */
  readonly isTrusted: (event: Event) => boolean
  /** Told of messages that are turned away. */
  readonly refused: (reason: string) => void
}

export interface IpcServer {
  /** A page is gone, or shows something else: its calls are given up on, its channels closed. */
  forget(page: number): void
  close(): void
}

/** Characters of a text to a channel: topics and a position. */
const maxText = 64 * 1024
/** Open channels of a page. */
const mostChannels = 64

interface Open {
  readonly channel: Channel
  /** Told when texts have arrived, oldest first. */
  readonly sent: (() => void)[]
}

export function serveIpc<Event extends IpcEvent>(
  ipc: MainIpc<Event>,
  { dispatcher, channels, isTrusted, refused }: IpcServices<Event>,
): IpcServer {
  const calls = new Map<string, AbortController>()
  const opened = new Map<string, Open>()
  const keyOf = (page: number, id: number): string => `${page}/${id}`
  const of = (page: number) => (key: string) => key.startsWith(`${page}/`)

  const call = async (event: Event, message: unknown): Promise<string | null> => {
    const { data } = callMessage.safeParse(message)
    if (!isTrusted(event)) {
      refused('a call from another page')
      return errorAnswer(new AppError('forbidden', 'call: expected one of the application’s page, found another’s')).text
    }
    if (!data) return errorAnswer(new AppError('bad-option', 'call: expected {id, service, method, body}, found something else')).text
    const key = keyOf(event.sender.id, data.id)
    if ('stop' in data) {
      calls.get(key)?.abort()
      return null
    }
    const bytes = Buffer.byteLength(data.body)
    if (bytes > maxBody) return errorAnswer(tooLarge(bytes, maxBody)).text
    const controller = new AbortController()
    calls.set(key, controller)
    const { text } = await answer(dispatcher, { ...data, signal: controller.signal })
    if (calls.get(key) === controller) calls.delete(key)
    return text
  }

  const close = (key: string): void => {
    const open = opened.get(key)
    opened.delete(key)
    open?.channel.close()
  }

  const open = (page: IpcPage, id: number, name: string): void => {
    const key = keyOf(page.id, id)
    const say = (text: string | null): boolean => {
      if (page.isDestroyed()) return false
      page.send(feedChannel, { id, text })
      return true
    }
    const make = Object.hasOwn(channels, name) ? channels[name] : undefined
    if (!make || opened.has(key) || [...opened.keys()].filter(of(page.id)).length >= mostChannels) return void say(null)
    const sent: (() => void)[] = []
    const end = { isRefused: false }
    const refuse = (reason: string): void => {
      end.isRefused = true
      refused(`channel ${name}: ${reason}`)
      close(key)
      say(null)
    }
    const send = (text: string, done: () => void): void => {
      if (say(text)) sent.push(done)
      else done()
    }
    const channel = make({ send, refuse })
    if (end.isRefused) channel.close()
    else opened.set(key, { channel, sent })
  }

  const feed = (event: Event, message: unknown): void => {
    const { data } = feedMessage.safeParse(message)
    if (!data || !isTrusted(event)) return refused(data ? 'a channel’s message from another page' : 'a channel’s message of another form')
    const key = keyOf(event.sender.id, data.id)
    const one = opened.get(key)
    if ('open' in data) open(event.sender, data.id, data.open)
    else if ('close' in data) close(key)
    else if ('acknowledge' in data) one?.sent.shift()?.()
    else one?.channel.received(data.text.length > maxText ? '' : data.text)
  }

  ipc.handle(callChannel, call)
  ipc.on(feedChannel, feed)
  const forget = (isOf: (key: string) => boolean): void => {
    for (const key of [...opened.keys()].filter(isOf)) close(key)
    for (const [key, controller] of [...calls].filter(([key]) => isOf(key))) {
      calls.delete(key)
      controller.abort()
    }
  }
  return {
    forget: (page) => forget(of(page)),
    close: () => {
      ipc.removeHandler(callChannel)
      ipc.removeListener(feedChannel, feed)
      forget(() => true)
    },
  }
}
