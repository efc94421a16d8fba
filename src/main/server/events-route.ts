// WebSocket /events: the event channel over the network.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { EventFeed } from '../transport/event-feed.ts'
import type { EventHub } from '../transport/event-hub.ts'
import { protocol } from './guard.ts'
import type { Limits } from './limits.ts'

export interface EventsRoute {
  readonly listeners: number
  /** Takes over a connection that has been let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Says goodbye. */
  close(): void
  /** Cuts off who has not answered. */
  terminate(): void
}

export function eventsRoute(events: EventHub, limits: Limits): EventsRoute {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frame,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  })
  const alive = new WeakSet<WebSocket>()
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, limits.ping).unref()

  const serve = (socket: WebSocket): void => {
    alive.add(socket)
    const feed = new EventFeed(
      events,
      {
        send: (text, sent) => socket.send(text, sent),
        refuse: (reason) => socket.close(1008, reason),
      },
      limits.feed,
    )
    socket.on('pong', () => alive.add(socket))
    socket.on('message', (data, binary) => feed.received(binary ? '' : textOf(data)))
    // What ws finds wrong with a frame: it closes the socket itself, with the fitting code.
    socket.on('error', () => undefined)
    socket.on('close', () => feed.close())
  }

  return {
    get listeners() {
      return server.clients.size
    },
    accept: (request, socket, head) => server.handleUpgrade(request, socket, head, serve),
    close: () => {
      clearInterval(timer)
      for (const socket of server.clients) socket.close(1001, 'the server closes')
    },
    terminate: () => {
      for (const socket of server.clients) socket.terminate()
    },
  }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data).toString()
}
