// What a client may ask of the server, and for how long.
import { maxPictureBytes } from '../../shared/picture-names.ts'
import { maxBody } from '../transport/answer.ts'
import type { FeedLimits } from '../transport/event-feed.ts'

export interface Limits {
  /** Bytes of a call's input. */
  readonly body: number
  /** Bytes of a file that a browser hands over; it goes to the disk as it comes. */
  readonly upload: number
  /** Bytes of a frame from a listener: topics and a position. */
  readonly frame: number
  /** Milliseconds for a request's headers, and for the whole request, unless it brings a file. */
  readonly headersTime: number
  readonly requestTime: number
  /** Milliseconds that a client may send nothing of a file, or take none of an answer. */
  readonly stalled: number
  /** Milliseconds after which an unfinished call's answer begins with white space, again and again, so that nobody takes it for dead. */
  readonly patience: number
  /** Milliseconds between pings to listeners; one that misses an answer is cut off. */
  readonly ping: number
  /** Milliseconds that calls under way get when the server closes. */
  readonly grace: number
  readonly connections: number
  readonly listeners: number
  /** Wrong tokens of one address in a minute. */
  readonly wrongTokens: number
  readonly feed: Partial<FeedLimits>
}

export const defaultLimits: Limits = {
  body: maxBody,
  upload: maxPictureBytes,
  frame: 64 * 1024,
  headersTime: 10_000,
  requestTime: 60_000,
  stalled: 60_000,
  patience: 20_000,
  ping: 15_000,
  grace: 1000,
  connections: 512,
  listeners: 64,
  wrongTokens: 10,
  feed: {},
}
