// Sends a file or bytes with a validator: 304 where the client has them already, a range where it asks for one.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { OpenFile } from './inside.ts'
import { rangeOf } from './range.ts'

/** Sends 304 if the client holds this version. To be called before the work. */
export function isFresh(request: IncomingMessage, response: ServerResponse, etag: string): boolean {
  response.setHeader('ETag', etag)
  const known = request.headers['if-none-match']
  if (known === undefined) return false
  const fresh = known.trim() === '*' || known.split(',').some((entry) => entry.trim().replace(/^W\//, '') === etag)
  if (fresh) response.writeHead(304).end()
  return fresh
}

/** Changes whenever the file does, as far as its size and time tell. */
export function fileTag({ stats }: OpenFile): string {
  return `"${stats.size.toString(36)}-${Math.round(stats.mtimeMs * 1000).toString(36)}"`
}

/** Sends and closes the file. @param etag as set before: a range of another version would be no part of this one */
export async function sendFile(request: IncomingMessage, response: ServerResponse, file: OpenFile, etag: string): Promise<void> {
  const { handle, stats } = file
  try {
    response.setHeader('Accept-Ranges', 'bytes')
    const condition = request.headers['if-range']
    const range = condition === undefined || condition === etag ? rangeOf(request.headers.range, stats.size) : null
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'Content-Range': `bytes */${stats.size}`, 'Content-Length': 0 }).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: stats.size - 1 }
    response.setHeader('Content-Length', end - start + 1)
    if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${stats.size}`)
    response.statusCode = range ? 206 : 200
    if (request.method === 'HEAD' || stats.size === 0) {
      response.end()
      return
    }
    await pipeline(handle.createReadStream({ start, end, autoClose: false }), response)
  } finally {
    await handle.close()
  }
}
