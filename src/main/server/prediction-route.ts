// GET /predictions/<project>/<task>/<index>?size=…: a picture of a file that a task has predicted, and of no other.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { count, projectId, taskId } from '../../shared/contract/domain.ts'
import { checked } from '../../shared/expected.ts'
import type { Media } from '../services/context.ts'
import type { PredictionStore } from '../services/predictions/store.ts'
import type { Asked, Reply } from './asked.ts'
import { bytesReply, isFresh, unchanged } from './file-reply.ts'

export interface PredictionServices {
  readonly media: Pick<Media, 'pictureOfFile'>
  readonly predicted: Pick<PredictionStore, 'get' | 'realFile'>
}

const sizes = ['128', '256', '512', '1024', '2048'] as const
const address = z.strictObject({ project: projectId, task: taskId, index: count, size: z.enum(sizes).default('256') })

/** @throws AppError 'bad-option', 'not-found', 'forbidden', or as the picture could not be made */
export async function predictionReply(
  { media, predicted }: PredictionServices,
  [project, task, index]: readonly [project: string, task: string, index: string],
  asked: Asked,
): Promise<Reply> {
  const wanted = checked(address, { ...Object.fromEntries(asked.query), project, task, index: Number(index) }, (field) => field)
  const { folder } = predicted.get(wanted.project, wanted.task)
  const name = `${wanted.index}-${wanted.size}.webp`
  const etag = `"${wanted.task}-${name}"`
  const headers = { 'Cache-Control': 'private, max-age=3600', ETag: etag }
  if (isFresh(asked, etag)) return unchanged(headers)
  const out = join(folder, name)
  const kept = await readFile(out).catch(() => null)
  if (!kept)
    await media.pictureOfFile(await predicted.realFile(wanted.project, wanted.task, wanted.index), out, Number(wanted.size), 'webp')
  return bytesReply(asked, kept ?? (await readFile(out)), { ...headers, 'Content-Type': 'image/webp' })
}
