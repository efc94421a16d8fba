// What crosses between the window's page and the application: JSON texts over Electron's IPC, and the few functions that the page gets for it.
import { z } from 'zod'

/** A call, or that a call is given up on. Ids are the page's own. */
export const callChannel = 'studio:call'
/** Texts of open channels, both ways. */
export const feedChannel = 'studio:feed'

const id = z.int().min(0)

export const callMessage = z.union([
  /** Answered by an `Answer` as JSON. `body`: the input as JSON. */
  z.strictObject({ id, service: z.string().max(100), method: z.string().max(100), body: z.string() }),
  z.strictObject({ id, stop: z.literal(true) }),
])

/** To the application. A channel is opened by its name, and every text that comes is acknowledged: what is not, is on its way. */
export const feedMessage = z.union([
  z.strictObject({ id, open: z.string().max(20) }),
  z.strictObject({ id, text: z.string() }),
  z.strictObject({ id, acknowledge: z.literal(true) }),
  z.strictObject({ id, close: z.literal(true) }),
])

/** To the page. `text: null` = closed by the application. */
export interface FeedAnswer {
  readonly id: number
  readonly text: string | null
}

export type CallMessage = z.infer<typeof callMessage>
export type FeedMessage = z.infer<typeof feedMessage>

/** `window.studio`: all that the page gets of Electron. */
export interface StudioBridge {
  /** @returns the answer as JSON. Rejects where the application is not there. */
  call(message: CallMessage): Promise<string | null>
  /** Opens a channel. @param receive told every text, and null when the application has closed it */
  subscribe(channel: string, receive: (text: string | null) => void): { send(text: string): void; close(): void }
  /** Of a dropped or chosen file; empty where it has none. */
  pathOf(file: unknown): string
}
