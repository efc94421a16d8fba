// POST /api/<service>/<method>: JSON in, `{"result": …}` or `{"error": …}` out.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../shared/errors.ts'
import { answer, tooLarge } from '../transport/answer.ts'
import type { Dispatcher } from '../transport/dispatcher.ts'
import type { Limits } from './limits.ts'
import { refuse, sendText, statusOf } from './reply.ts'

export interface ApiCall {
  readonly service: string
  readonly method: string
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

export async function sendAnswer(
  dispatcher: Dispatcher,
  limits: Limits,
  { service, method, closing }: ApiCall,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request, limits.body)
  if (body instanceof AppError) return refuse(request, response, body)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const stop = withSignsOfLife(response, limits.patience)
  const { text, code } = await answer(dispatcher, { service, method, body, signal: AbortSignal.any([gone.signal, closing]) })
  stop()
  if (response.headersSent) response.end(text)
  else sendText(response, statusOf(code), 'application/json', text)
}

/** Answers that take long begin with white space, which JSON allows, so that neither clients nor proxies between take them for dead.
 * Their status is then 200 whatever comes of them. @returns a function that ends it */
function withSignsOfLife(response: ServerResponse, patience: number): () => void {
  const timer = setInterval(() => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/json' })
    response.write(' ')
  }, patience)
  response.once('close', () => clearInterval(timer))
  return () => clearInterval(timer)
}

/** The body as text, or why it is refused. Rejects where the client breaks off. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<string | AppError> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > limit) return tooLarge(announced, limit)
  const chunks: Buffer[] = []
  let bytes = 0
  const { promise, resolve, reject } = Promise.withResolvers<string | AppError>()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > limit) resolve(tooLarge(bytes, limit))
    else chunks.push(chunk)
  })
  request.once('end', () => resolve(decoded(Buffer.concat(chunks))))
  request.once('error', reject)
  request.once('close', () => reject(new AppError('disconnected', 'request: expected its end, found the connection closed')))
  return promise
}

function decoded(bytes: Buffer): string | AppError {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new AppError('bad-option', 'request: expected UTF-8, found other bytes')
  }
}
