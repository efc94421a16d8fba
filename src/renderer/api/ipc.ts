// The services over the window's bridge: calls and events as texts, as over the network.
import { AppError } from '../../shared/errors.ts'
import { decodeAnswer, encodeInput, stopped } from '../../shared/transport/call.ts'
import type { Call } from '../../shared/transport/call.ts'
import { connectionOf } from '../../shared/transport/connection.ts'
import type { Connection } from '../../shared/transport/connection.ts'
import type { EventClientOptions, OpenPipe } from '../../shared/transport/event-client.ts'
import type { StudioBridge } from '../../shared/transport/ipc.ts'

/** Of all connections of a page, which share one bridge. */
let calls = 0

export function connectIpc(bridge: StudioBridge, options: EventClientOptions = {}): Connection {
  const closed = new AbortController()
  const connection = connectionOf(ipcCall(bridge, closed.signal), ipcPipe(bridge), options)
  const close = (): void => {
    closed.abort()
    connection.close()
  }
  return { ...connection, close }
}

/** @param closed aborted when the connection is closed: calls under way and later ones are 'disconnected' */
function ipcCall(bridge: StudioBridge, closed: AbortSignal): Call {
  return async (service, method, input, { signal } = {}) => {
    const name = `${service}.${method}`
    const body = encodeInput(name, input)
    const disconnected = (found: string): AppError => new AppError('disconnected', `${name}: expected a connection, found ${found}`)
    const given = Promise.withResolvers<never>()
    const id = calls++
    let isUnderWay = false
    const giveUp = (): void => {
      given.reject(closed.aborted ? disconnected('it closed') : stopped(name))
      if (isUnderWay) void bridge.call({ id, stop: true }).catch(() => undefined)
    }
    const signals = signal ? [signal, closed] : [closed]
    given.promise.catch(() => undefined)
    try {
      for (const one of signals) {
        if (one.aborted) giveUp()
        one.addEventListener('abort', giveUp)
      }
      if (signals.some(({ aborted }) => aborted)) return await given.promise
      isUnderWay = true
      const answered = bridge.call({ id, service, method, body }).catch((error: unknown) => {
        throw disconnected(error instanceof Error ? error.message : String(error))
      })
      return decodeAnswer(name, (await Promise.race([given.promise, answered])) ?? '')
    } finally {
      isUnderWay = false
      for (const one of signals) one.removeEventListener('abort', giveUp)
    }
  }
}

function ipcPipe(bridge: StudioBridge): OpenPipe {
  return (end) => {
    const pipe = bridge.subscribe('events', (text) => {
      if (text === null) end.closed()
      else end.received(text)
    })
    // Texts that are sent before the other side has opened it come after that: there is one order for all.
    end.opened()
    return pipe
  }
}
