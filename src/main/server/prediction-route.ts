// GET /predictions/<project>/<task>/<index>?size=…: a picture of a file that a task has predicted, and of no other.
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { count, projectId, taskId } from '../../shared/contract/domain.ts'
import { checked } from '../../shared/expected.ts'
import type { Media } from '../services/context.ts'
import type { PredictionStore } from '../services/predictions/store.ts'
import { isFresh } from './send-file.ts'

export interface PredictionServices {
  readonly media: Pick<Media, 'pictureOfFile'>
  readonly predicted: Pick<PredictionStore, 'get' | 'realFile'>
}

const sizes = ['128', '256', '512', '1024', '2048'] as const
const address = z.strictObject({ project: projectId, task: taskId, index: count, size: z.enum(sizes).default('256') })

/** @throws AppError 'bad-option', 'not-found', 'forbidden', or as the picture could not be made */
export async function sendPredicted(
  { media, predicted }: PredictionServices,
  [project, task, index]: readonly [project: string, task: string, index: string],
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = checked(address, { ...Object.fromEntries(query), project, task, index: Number(index) }, (field) => field)
  const { folder } = predicted.get(asked.project, asked.task)
  const name = `${asked.index}-${asked.size}.webp`
  response.setHeader('Cache-Control', 'private, max-age=3600')
  if (isFresh(request, response, `"${asked.task}-${name}"`)) return
  const out = join(folder, name)
  const kept = await readFile(out).catch(() => null)
  if (!kept) await media.pictureOfFile(await predicted.realFile(asked.project, asked.task, asked.index), out, Number(asked.size), 'webp')
  const picture = kept ?? (await readFile(out))
  response.setHeader('Content-Type', 'image/webp')
  response.setHeader('Content-Length', picture.byteLength)
  response.end(request.method === 'HEAD' ? undefined : picture)
}
