// The end of a request: errors as JSON with a fitting status, small texts, and what to do with clients that do not take their answer.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { AppError, ErrorCode } from '../../shared/errors.ts'
import { errorAnswer } from '../transport/answer.ts'
import type { Reply } from './asked.ts'

/** Milliseconds. */
const discarding = 2000

const statuses: Readonly<Record<ErrorCode, number>> = {
  'bad-option': 400,
  'not-found': 404,
  'bad-data': 422,
  'bad-model': 422,
  unsupported: 422,
  mismatch: 409,
  'no-access': 403,
  'disk-full': 507,
  'in-use': 409,
  'newer-version': 409,
  conflict: 409,
  forbidden: 403,
  'too-large': 413,
  disconnected: 503,
  unreachable: 502,
  'out-of-memory': 500,
  'device-lost': 500,
  diverged: 422,
  stopped: 409,
  'engine-crashed': 500,
  internal: 500,
}

export function statusOf(code: ErrorCode | null): number {
  return code === null ? 200 : statuses[code]
}

export async function sendReply(response: ServerResponse, { status, headers, body }: Reply): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.statusCode = status
  if (body === null || body instanceof Uint8Array) {
    response.end(body)
    return
  }
  try {
    await pipeline(body, response)
  } finally {
    // A response whose client has gone before is refused, and the body left open.
    body.destroy()
  }
}

export function sendError(response: ServerResponse, error: AppError, status = statusOf(error.code)): void {
  sendText(response, status, 'application/json', errorAnswer(error).text)
}

export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

/** An answer before the request has wholly arrived. The rest is thrown away for a while: a connection that is closed with unread bytes
 * is reset, and the client may lose the answer. */
export function refuse(request: IncomingMessage, response: ServerResponse, error: AppError, status = statusOf(error.code)): void {
  const { text } = errorAnswer(error)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), Connection: 'close' })
  if (request.method !== 'HEAD') response.write(text)
  const end = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, discarding)
  request.once('end', end).once('close', end).resume()
}
