// A server of one file that misbehaves as a test wants it to.
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FileServer {
  readonly address: string
  /** What was asked, oldest first. */
  readonly asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[]
  /** How the next requests are answered, one each; those after them as they should be. */
  readonly next: Answer[]
  close(): Promise<void>
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export async function fileServer(content: () => Buffer, { etag = '"one"' }: { etag?: string | null } = {}): Promise<FileServer> {
  const asked: FileServer['asked'] = []
  const next: Answer[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers })
    const answer = next.shift() ?? ((...both) => properly(content(), etag, ...both))
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.onnx`,
    asked,
    next,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function properly(content: Buffer, etag: string | null, { headers }: IncomingMessage, response: ServerResponse): void {
  if (etag !== null) response.setHeader('ETag', etag)
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])
  if (!Number.isNaN(from) && headers['if-range'] === etag) {
    response.writeHead(206, {
      'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}`,
      'Content-Length': content.length - from,
    })
    return void response.end(content.subarray(from))
  }
  response.writeHead(200, { 'Content-Length': content.length })
  response.end(content)
}

/** So many bytes of a whole answer; then the connection is cut, once the other side has taken them: `took` is told how many it has. */
export function cutAfter(content: Buffer, bytes: number, etag: string | null = '"one"'): { answer: Answer; took: (done: number) => void } {
  let cut = (): void => undefined
  return {
    answer: ({ socket }, response) => {
      cut = () => void socket.destroy()
      response.writeHead(200, { 'Content-Length': content.length, ...(etag !== null && { ETag: etag }) })
      response.write(content.subarray(0, bytes))
    },
    took: (done) => {
      if (done === bytes) cut()
    },
  }
}

export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}
