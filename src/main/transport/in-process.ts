// The services in this very process, for tests and scripts: everything still goes through JSON, so that nothing passes that HTTP would not carry.
import { AppError } from '../../shared/errors.ts'
import { decodeAnswer, encodeInput, stopped } from '../../shared/transport/call.ts'
import type { Call } from '../../shared/transport/call.ts'
import { connectionOf } from '../../shared/transport/connection.ts'
import type { Connection } from '../../shared/transport/connection.ts'
import type { EventClientOptions, OpenPipe } from '../../shared/transport/event-client.ts'
import { answer, maxBody, tooLarge } from './answer.ts'
import type { Dispatcher } from './dispatcher.ts'
import { EventFeed } from './event-feed.ts'
import type { EventHub } from './event-hub.ts'

export interface InProcessServices {
  readonly dispatcher: Dispatcher
  readonly events: EventHub
}

export function inProcess({ dispatcher, events }: InProcessServices, options: EventClientOptions = {}): Connection {
  const closed = new AbortController()
  const connection = connectionOf(inProcessCall(dispatcher, closed.signal), inProcessPipe(events), options)
  const close = (): void => {
    closed.abort()
    connection.close()
  }
  return { ...connection, close }
}

/** @param closed aborted when the connection is closed: calls under way and later ones are 'disconnected' */
export function inProcessCall(dispatcher: Dispatcher, closed: AbortSignal): Call {
  return async (service, method, input, { signal } = {}) => {
    const name = `${service}.${method}`
    const body = encodeInput(name, input)
    const bytes = Buffer.byteLength(body)
    if (bytes > maxBody) throw tooLarge(bytes, maxBody)
    const either = signal ? AbortSignal.any([signal, closed]) : closed
    const given = givenUp(either, () =>
      closed.aborted ? new AppError('disconnected', `${name}: expected a connection, found it closed`) : stopped(name),
    )
    try {
      const { text } = await Promise.race([given.up, answer(dispatcher, { service, method, body, signal: either })])
      return decodeAnswer(name, text)
    } finally {
      given.release()
    }
  }
}

/** A channel for events that never leaves the process. */
export function inProcessPipe(events: EventHub): OpenPipe {
  return (end) => {
    // Like a network's: nothing arrives in the same turn.
    const later = (act: () => void): void => void setImmediate(() => open && act())
    let open = true
    const close = (): void => {
      open = false
      feed.close()
    }
    const feed = new EventFeed(events, {
      send: (text, sent) =>
        later(() => {
          end.received(text)
          sent()
        }),
      refuse: () => {
        close()
        end.closed()
      },
    })
    later(() => end.opened())
    return { send: (text) => later(() => feed.received(text)), close }
  }
}

/** A promise that rejects when the signal is aborted, and leaves no listener behind. */
function givenUp(signal: AbortSignal, error: () => AppError): { up: Promise<never>; release: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(error())
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort)
  promise.catch(() => undefined)
  return { up: promise, release: () => signal.removeEventListener('abort', abort) }
}
