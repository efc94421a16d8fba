// A server on fake services, plain requests to it, and a line between client and server that tests can cut and hold up.
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect as connectTo, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll } from 'vitest'
import { startServer } from '../../src/main/server/index.ts'
import type { RunningServer, ServerOptions } from '../../src/main/server/index.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { FakeServices } from './fake-services.ts'

export const token = 'a-token-for-tests-0123456789'

/** Closed after the tests of the file. */
export async function testServer(services: FakeServices, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const missing = (): never => {
    throw new AppError('not-found', 'project: expected an open one, found none')
  }
  const server = await startServer({
    ...services,
    images: {
      projects: { get: missing },
      media: { picture: missing, pictureOfFile: missing },
      predicted: { get: missing, realFile: missing },
    },
    log: { error: (_, error) => void services.faults.push(error) },
    token,
    pages: '/nowhere',
    ...options,
    limits: { grace: 50, ...options.limits },
  })
  afterAll(() => server.close())
  return server
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** A request with just these headers, and a token unless they say otherwise. */
export function ask(server: RunningServer, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Reply> {
  const { hostname, port } = new URL(server.address)
  const given = 'authorization' in headers || 'cookie' in headers ? headers : { ...headers, authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers: given, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }))
    })
    request.once('error', reject)
    request.end(body)
  })
}

export function post(server: RunningServer, method: string, body: string | Uint8Array, headers: Asked['headers'] = {}): Promise<Reply> {
  return ask(server, `/api/${method}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

export interface Line {
  /** Of the server, as seen through the line. */
  readonly address: string
  /** Cuts all connections; new ones fail until `mend`. */
  cut(): void
  mend(): void
  /** Lets nothing through to the clients until `flow`. */
  hold(): void
  flow(): void
}

export async function lineTo(server: RunningServer): Promise<Line> {
  const { hostname, port } = new URL(server.address)
  const pairs = new Set<readonly [client: Socket, server: Socket]>()
  let whole = true
  const proxy = createServer((client) => {
    if (!whole) return client.destroy()
    const behind = connectTo(Number(port), hostname)
    const pair = [client, behind] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [behind, client] as const]) {
      from.on('error', () => undefined)
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      from.pipe(to)
    }
    return undefined
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    whole = false
    for (const [client] of pairs) client.destroy()
  }
  afterAll(() => {
    cut()
    proxy.close()
  })
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`,
    cut,
    mend: () => void (whole = true),
    hold: () => {
      for (const [client, behind] of pairs) behind.unpipe(client)
    },
    flow: () => {
      for (const [client, behind] of pairs) behind.pipe(client)
    },
  }
}
