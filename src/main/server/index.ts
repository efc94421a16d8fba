// The HTTP and WebSocket server: lets in who has the token, and leads each request to its route.
import { createServer, STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { Log } from '../services/context.ts'
import type { Dispatcher } from '../transport/dispatcher.ts'
import type { EventHub } from '../transport/event-hub.ts'
import { sendAnswer } from './api-route.ts'
import { eventsRoute } from './events-route.ts'
import { Guard } from './guard.ts'
import type { Refusal } from './guard.ts'
import { targetOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { setFixedHeaders } from './headers.ts'
import { defaultLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import { noteReply, welcomeReply } from './page-route.ts'
import { refuse, sendError, sendReply } from './reply.ts'
import { limitTime } from './request-time.ts'
import { replyTo, uploadPlace } from './routes.ts'
import type { Sources } from './routes.ts'
import { takeUpload } from './upload-route.ts'

export interface ServerOptions extends Sources {
  readonly dispatcher: Dispatcher
  readonly events: EventHub
  readonly log: Pick<Log, 'error'>
  readonly token: string
  /** What cookies are made with, besides the token. Absent = they end with the server. */
  readonly sessionKey?: string
  /** Default: this machine only. */
  readonly host?: string
  /** Default: a free one. */
  readonly port?: number
  /** Further names by which clients may call this server. */
  readonly hosts?: readonly string[]
  /** Where in the interface the address with the token leads, a route. Default: to its start. */
  readonly first?: string
  readonly limits?: Partial<Limits>
}

export interface RunningServer {
  /** Without the token, e.g. `http://127.0.0.1:8421/`. */
  readonly address: string
  /** Opens the interface in a browser. */
  readonly url: string
  /** Like `url`, but good for once and for a minute only. */
  ticketUrl(): string
  /** Takes no more requests, gives those under way a moment, then breaks them off. */
  close(): Promise<void>
}

type Target = Pick<Asked, 'path' | 'query'>

/** @throws AppError 'in-use' or 'no-access' where the address cannot be had */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...defaultLimits, ...options.limits }
  const guard = new Guard({
    token: options.token,
    sessionKey: options.sessionKey,
    hosts: options.hosts ?? [],
    wrongTokens: limits.wrongTokens,
  })
  const events = eventsRoute(options.events, limits)
  const closing = new AbortController()

  /** @param takeTime lets the request arrive as slowly as it will, as long as it does not stop */
  const route = async (request: IncomingMessage, response: ServerResponse, target: Target, takeTime: () => void): Promise<void> => {
    const [, service, method] = /^\/api\/([^/]+)\/([^/]+)$/.exec(target.path) ?? []
    if (service !== undefined && method !== undefined) {
      if (request.method !== 'POST') return refuseMethod(request, response, 'POST')
      if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined)
        return refuse(request, response, new AppError('bad-option', 'request: expected application/json, found another content type'), 415)
      return sendAnswer(options.dispatcher, limits, { service, method, closing: closing.signal }, request, response)
    }
    const place = uploadPlace(target.path)
    if (place) {
      if (request.method !== 'POST') return refuseMethod(request, response, 'POST')
      takeTime()
      // Where it is not taken to its end, the request lives on: its answer goes the same way.
      const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
      const sent = { query: target.query, length: Number(request.headers['content-length'] ?? 0), body }
      return sendReply(response, await takeUpload(options.images.projects, limits, place, sent))
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, response, 'GET, HEAD')
    const reply = await replyTo(options, askedOf(request, target))
    if (reply) await sendReply(response, reply)
    else sendError(response, notFound())
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setFixedHeaders(response)
    const takeTime = limitTime(request, limits.requestTime)
    const foreign = guard.refusesOrigin(request)
    if (foreign) return turnAway(foreign, request, response)
    const target = targetOf(request.url ?? '')
    const shown = request.method === 'GET' && target?.path === '/' ? target.query.get('token') : null
    if (shown !== null) {
      const refusal = guard.refusesShown(shown, request)
      return refusal ? turnAway(refusal, request, response) : sendReply(response, welcomeReply(guard.cookie(request), options.first))
    }
    const refusal = guard.refusesToken(request)
    if (refusal) return turnAway(refusal, request, response)
    if (!target) return refuse(request, response, notFound())
    return route(request, response, target, takeTime)
  }

  const server = createServer(
    {
      headersTimeout: limits.headersTime,
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5000, limits.headersTime),
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      // A client that sends nothing more of a file or does not take its answer; one that waits for it long is sent something now and then.
      response.setTimeout(Math.max(limits.stalled, 2 * limits.patience), () => response.destroy())
      handle(request, response).catch((error: unknown) => fail(request, response, error, options.log))
    },
  )
  server.maxConnections = limits.connections
  server.maxHeadersCount = 100
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const refusal = guard.refusesOrigin(request) ?? guard.refusesToken(request)
    if (refusal) return refuseUpgrade(socket, refusal.status, refusal.error)
    if (targetOf(request.url ?? '')?.path !== '/events') return refuseUpgrade(socket, 404, notFound())
    if (!server.listening || events.listeners >= limits.listeners)
      return refuseUpgrade(socket, 503, new AppError('disconnected', 'listeners: expected fewer, found as many as this server takes'))
    events.accept(request, socket, head)
  })

  const address = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  const opening = (token: string): string => `${address}?token=${encodeURIComponent(token)}`
  return {
    address,
    url: opening(options.token),
    ticketUrl: () => opening(guard.ticket()),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      events.close()
      const timer = setTimeout(() => {
        closing.abort()
        events.terminate()
        // What is aborted gets to say so.
        setTimeout(() => server.closeAllConnections(), 100).unref()
      }, limits.grace)
      await closed
      clearTimeout(timer)
    },
  }
}

function turnAway(refusal: Refusal, request: IncomingMessage, response: ServerResponse): void | Promise<void> {
  if (refusal.retryAfter > 0) response.setHeader('Retry-After', refusal.retryAfter)
  if (refusal.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  // Somebody in front of a browser gets a page.
  if (refusal.status === 401 && request.method === 'GET' && request.headers.accept?.includes('text/html'))
    return sendReply(
      response,
      noteReply(401, 'Open the whole address that the server printed when it was started, with <code>?token=</code>.'),
    )
  refuse(request, response, refusal.error, refusal.status)
}

function askedOf({ method, headers }: IncomingMessage, target: Target): Asked {
  return { ...target, isHead: method === 'HEAD', header: (name) => [headers[name]].flat()[0] }
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed)
  refuse(request, response, new AppError('bad-option', `request: expected ${allowed}, found ${request.method ?? 'nothing'}`), 405)
}

function refuseUpgrade(socket: Duplex, status: number, error: AppError): void {
  const text = JSON.stringify({ error: error.toJSON() })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

/** A route has thrown: an error of the services, a fault of this program, or a client that has gone. */
function fail(request: IncomingMessage, response: ServerResponse, thrown: unknown, log: Pick<Log, 'error'>): void {
  if (response.destroyed) return
  const error = AppError.from(thrown)
  if (error.code === 'internal') log.error(`${request.method ?? ''} ${(request.url ?? '').split('?', 1)[0] ?? ''}`, thrown)
  // Cut off, so that nobody takes half an answer for a whole one.
  if (response.headersSent) return void response.destroy()
  for (const name of ['ETag', 'Cache-Control', 'Content-Length', 'Content-Range']) response.removeHeader(name)
  response.setHeader('Cache-Control', 'no-store')
  if (request.complete) sendError(response, error)
  else refuse(request, response, error)
}

function notFound(): AppError {
  return new AppError('not-found', 'address: expected one of this server, found another')
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'in-use' : error.code === 'EACCES' ? 'no-access' : 'bad-option'
      reject(new AppError(code, `${host}:${port}: expected an address to listen on, found: ${error.message}`))
    })
    server.listen(port, host, () => {
      const { address, port: bound, family } = server.address() as AddressInfo
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}/`)
    })
  })
}
