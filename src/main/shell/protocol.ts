// app://studio/…: the interface, pictures, exports and uploads, by the same routes as over HTTP.
import { Readable } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import { targetOf } from '../server/asked.ts'
import type { Asked, Reply } from '../server/asked.ts'
import { fixedHeaders } from '../server/headers.ts'
import { defaultLimits } from '../server/limits.ts'
import { statusOf } from '../server/reply.ts'
import { replyTo, uploadPlace } from '../server/routes.ts'
import type { Sources } from '../server/routes.ts'
import { takeUpload } from '../server/upload-route.ts'
import type { Log } from '../services/context.ts'
import { errorAnswer } from '../transport/answer.ts'
import { home, isOurs } from './origin.ts'

/** Node's and the web's types of streams differ in name only. */
type Body = ConstructorParameters<typeof Response>[0]

export interface AppSources extends Sources {
  readonly log: Pick<Log, 'error'>
  /** Answers for files of the interface in their place, while it is developed; null = none. */
  readonly developed?: ((asked: Asked) => Promise<Reply>) | undefined
}

/** For `protocol.handle`. Never rejects. */
export function appHandler(sources: AppSources): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return responseOf(await reply(sources, request))
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'internal') sources.log.error(`${request.method} ${request.url.split('?', 1)[0] ?? ''}`, thrown)
      return errorResponse(error)
    }
  }
}

async function reply(sources: AppSources, request: Request): Promise<Reply> {
  const target = isOurs(request.url) ? targetOf(`/${request.url.slice(home.length).split('#', 1)[0] ?? ''}`) : null
  if (!target) throw notFound()
  const place = uploadPlace(target.path)
  if (place && request.method === 'POST') {
    const body = request.body ? Readable.fromWeb(request.body) : Readable.from([])
    const length = Number(request.headers.get('content-length') ?? 0)
    return takeUpload(sources.images.projects, defaultLimits, place, { query: target.query, length, body })
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new AppError('bad-option', `request: expected GET or HEAD, found ${request.method}`)
  const asked: Asked = {
    ...target,
    isHead: request.method === 'HEAD',
    header: (name) => request.headers.get(name) ?? undefined,
  }
  const isOfInterface = !/^\/(images|predictions|exports|uploads)\//.test(target.path)
  const found = isOfInterface && sources.developed ? await sources.developed(asked) : await replyTo(sources, asked)
  if (!found) throw notFound()
  return found
}

function responseOf({ status, headers, body }: Reply): Response {
  const all = Object.entries({ ...fixedHeaders, ...headers }).map(([name, value]): [string, string] => [name, String(value)])
  return new Response((body instanceof Readable ? Readable.toWeb(body) : body) as Body, { status, headers: all })
}

function errorResponse(error: AppError): Response {
  const body = Buffer.from(errorAnswer(error).text)
  return responseOf({ status: statusOf(error.code), headers: { 'Content-Type': 'application/json' }, body })
}

function notFound(): AppError {
  return new AppError('not-found', 'address: expected one of this application, found another')
}
