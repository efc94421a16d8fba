// Who may come in: the right host name (against DNS rebinding), the right origin (against other pages), the right token.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { AppError } from '../../shared/errors.ts'
import { quote } from '../../shared/expected.ts'
import { TokenLimiter } from './token-limiter.ts'

/** Why a request is turned away. */
export class Refusal {
  readonly status: 401 | 403 | 429
  readonly error: AppError
  /** Seconds. */
  readonly retryAfter: number

  constructor(status: 401 | 403 | 429, message: string, retryAfter = 0) {
    this.status = status
    this.error = new AppError('forbidden', message)
    this.retryAfter = retryAfter
  }
}

export interface GuardOptions {
  readonly token: string
  /** What cookies are made with, besides the token: with the same key and token they hold after a restart. Absent = until it ends. */
  readonly sessionKey?: string | undefined
  /** Further names by which clients may call this server. */
  readonly hosts: readonly string[]
  /** Wrong tokens of one address in a minute. */
  readonly wrongTokens: number
}

/** Milliseconds that an address for one use is good for. */
const ticketTime = 60_000
const hostPattern = /^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i
const namePattern = /^([\w.-]+|\[[\da-f:]+\])$/i
/** The listener's protocol; a token may follow as another: browsers let pages set no other header on a WebSocket. */
export const protocol = 'self-tuning'

export class Guard {
  /** What a browser holds instead of the token: nothing that could be guessed, whatever token was chosen. */
  readonly #session: string
  readonly #tickets = new Map<string, number>()
  readonly #token: string
  readonly #hosts: ReadonlySet<string>
  readonly #limiter: TokenLimiter

  constructor({ token, sessionKey = randomBytes(32).toString('base64url'), hosts, wrongTokens }: GuardOptions) {
    this.#session = createHmac('sha256', sessionKey).update(token).digest('base64url')
    this.#token = token
    this.#hosts = new Set(['localhost', '127.0.0.1', '[::1]', hostname().toLowerCase(), ...hosts.map((host) => host.toLowerCase())])
    this.#limiter = new TokenLimiter(wrongTokens)
  }

  /** Whether the request came by a right name and from no foreign page. */
  refusesOrigin(request: IncomingMessage): Refusal | null {
    const { host = '', origin } = request.headers
    const called = hostPattern.test(host) ? urlOf(`http://${host}`) : null
    if (!called || !this.#knows(called.hostname, request))
      return new Refusal(403, `host: expected an address of this server, found ${quote(host)}; serve --allow-host names more`)
    // Ports may differ from the bound one where a tunnel leads here; host and origin then differ together.
    const from = origin === undefined ? null : urlOf(origin)
    if (origin !== undefined && (!from || !/^https?:$/.test(from.protocol) || from.host !== called.host))
      return new Refusal(403, `origin: expected a page of ${called.host}, found ${quote(origin)}`)
    const site = request.headers['sec-fetch-site']
    // A link that somebody follows may stand anywhere: what it opens shows nothing without a cookie, which does not come along.
    const navigation = request.headers['sec-fetch-dest'] === 'document' && request.method === 'GET'
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation)
      return new Refusal(403, 'origin: expected a page of this server, found another')
    return null
  }

  /** Whether the request shows the token, or the cookie that a browser got for it. */
  refusesToken(request: IncomingMessage): Refusal | null {
    if (equal(cookieOf(request, this.cookieName(request)), this.#session)) return null
    const shown = bearerOf(request) ?? protocolTokenOf(request)
    if (shown === null) return new Refusal(401, 'token: expected one, found none; open the address that the server printed')
    return this.refusesShown(shown, request)
  }

  refusesShown(shown: string, request: IncomingMessage): Refusal | null {
    const address = request.socket.remoteAddress ?? ''
    const wait = this.#limiter.wait(address)
    if (wait > 0) return new Refusal(429, `token: expected fewer wrong ones, found too many; try again in ${wait} s`, wait)
    if (equal(shown, this.#token) || this.#useTicket(shown)) return null
    this.#limiter.wrong(address)
    return new Refusal(401, 'token: expected the one of this server, found another')
  }

  /** A token that opens the interface once and soon: for command lines, which other users of the machine can read. */
  ticket(): string {
    const ticket = randomBytes(32).toString('base64url')
    this.#tickets.set(digest(ticket).toString('hex'), performance.now() + ticketTime)
    return ticket
  }

  cookie(request: IncomingMessage): string {
    return `${this.cookieName(request)}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Cookies are shared by all ports of a host: each server has its own. */
  cookieName({ socket }: IncomingMessage): string {
    return `self-tuning-${socket.localPort ?? 0}`
  }

  #useTicket(shown: string): boolean {
    const key = digest(shown).toString('hex')
    const until = this.#tickets.get(key)
    this.#tickets.delete(key)
    return until !== undefined && performance.now() < until
  }

  #knows(name: string, { socket }: IncomingMessage): boolean {
    return this.#hosts.has(name) || name === bracketed(socket.localAddress ?? '')
  }
}

/** As it may stand in the header Host, but for the port. */
export function isHostName(text: string): boolean {
  return namePattern.test(text)
}

/** In the same time, wherever the two differ. */
function equal(shown: string | null, expected: string): boolean {
  return shown !== null && timingSafeEqual(digest(shown), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function bearerOf({ headers }: IncomingMessage): string | null {
  return /^Bearer ([\w.~+/=-]{1,500})$/i.exec(headers.authorization ?? '')?.[1] ?? null
}

function protocolTokenOf({ headers }: IncomingMessage): string | null {
  const protocols = headers['sec-websocket-protocol']?.split(',').map((entry) => entry.trim()) ?? []
  return protocols.find((entry) => entry.startsWith('token.'))?.slice('token.'.length) ?? null
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  const cookies = headers.cookie?.split(';').map((cookie) => cookie.trim()) ?? []
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** As it stands in an address: IPv6 in brackets, IPv4 as IPv4. */
function bracketed(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return plain.includes(':') ? `[${plain}]` : plain
}
