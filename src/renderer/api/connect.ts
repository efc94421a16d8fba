// The services over the network: calls by fetch, events by WebSocket. Runs in browsers and in Node.
import { AppError } from '../../shared/errors.ts'
import { decodeAnswer, encodeInput, stopped } from '../../shared/transport/call.ts'
import type { Call } from '../../shared/transport/call.ts'
import { connectionOf } from '../../shared/transport/connection.ts'
import type { Connection } from '../../shared/transport/connection.ts'
import type { EventClientOptions, OpenPipe } from '../../shared/transport/event-client.ts'

export interface ConnectOptions extends EventClientOptions {
  /** Of the server, with a slash at its end, e.g. `http://127.0.0.1:8421/`. */
  readonly address: string
  /** Absent in browsers: they have a cookie. */
  readonly token?: string
}

export function connect(options: ConnectOptions): Connection {
  const closed = new AbortController()
  const connection = connectionOf(httpCall(options, closed.signal), webSocketPipe(options), options)
  const close = (): void => {
    closed.abort()
    connection.close()
  }
  return { ...connection, close }
}

function httpCall({ address, token }: ConnectOptions, closed: AbortSignal): Call {
  return async (service, method, input, { signal } = {}) => {
    const name = `${service}.${method}`
    const body = encodeInput(name, input)
    const text = await post(
      `${address}api/${encodeURIComponent(service)}/${encodeURIComponent(method)}`,
      body,
      token,
      signal ? AbortSignal.any([signal, closed]) : closed,
    ).catch((error: unknown) => {
      if (signal?.aborted && !closed.aborted) throw stopped(name)
      const found = closed.aborted ? 'it closed' : error instanceof Error ? error.message : String(error)
      throw new AppError('disconnected', `${name}: expected a connection, found ${found}`)
    })
    return decodeAnswer(name, text)
  }
}

async function post(url: string, body: string, token: string | undefined, signal: AbortSignal): Promise<string> {
  const headers = { 'Content-Type': 'application/json', ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error', credentials: 'same-origin' })
  return response.text()
}

function webSocketPipe({ address, token }: ConnectOptions): OpenPipe {
  return (end) => {
    // A page can set no header on a WebSocket: the token goes along as a protocol, where there is no cookie.
    const protocols = ['self-tuning', ...(token !== undefined ? [`token.${token}`] : [])]
    const socket = new WebSocket(`${address.replace(/^http/, 'ws')}events`, protocols)
    socket.addEventListener('open', () => end.opened())
    socket.addEventListener('message', ({ data }) => end.received(String(data)))
    socket.addEventListener('close', () => end.closed())
    return { send: (text) => socket.send(text), close: () => socket.close() }
  }
}
