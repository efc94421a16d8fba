// GET /images/<project>/<image>?size=…&v=<version>: a picture made small, or the file as it is.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { imageId, projectId } from '../../shared/contract/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import type { Media, OpenProject, OpenProjects } from '../services/context.ts'
import { versionOf } from '../services/images/rows.ts'
import { openInside } from './inside.ts'
import { fileTag, isFresh, sendFile } from './send-file.ts'

export interface ImageServices {
  readonly projects: Pick<OpenProjects, 'get'>
  readonly media: Pick<Media, 'picture'>
}

const sizes = ['128', '256', '512', '1024', '2048', 'full'] as const
const address = z.strictObject({
  project: projectId,
  image: imageId,
  size: z.enum(sizes).default('256'),
  /** Of the content, as in the image's row: such an address may be kept for ever. */
  v: z.string().max(100).optional(),
})

/** Others are sent as bytes without a meaning. */
const types = new Map(['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif'].map((format) => [format, `image/${format}`]))

interface ImageFile {
  readonly folder: string
  readonly path: string
  readonly format: string
  readonly hash: Uint8Array | null
  readonly bytes: number
  readonly modified_at: number
}

/** @throws AppError 'bad-option', 'not-found', or as the picture could not be made */
export async function sendImage(
  services: ImageServices,
  path: readonly [project: string, image: string],
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [project, image] = path
  const asked = checked(address, { ...Object.fromEntries(query), project, image: Number(image) }, (field) => field)
  const open = services.projects.get(asked.project)
  const file = fileOf(open, asked.image)
  const version = versionOf(file)
  if (asked.size === 'full') return sendOriginal(file, asked.v === version, request, response)
  setCaching(response, asked.v === version)
  if (isFresh(request, response, `"${version}-${asked.size}"`)) return
  const picture = await services.media.picture(open, asked.image, Number(asked.size) as Parameters<Media['picture']>[2])
  response.setHeader('Content-Type', 'image/webp')
  response.setHeader('Content-Length', picture.byteLength)
  response.end(request.method === 'HEAD' ? undefined : picture)
}

async function sendOriginal(row: ImageFile, named: boolean, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = await openInside(row.folder, row.path)
  if (!file) throw notFound()
  const unchanged = file.stats.size === row.bytes && Math.floor(file.stats.mtimeMs) === Math.floor(row.modified_at)
  setCaching(response, named && unchanged)
  const etag = fileTag(file)
  if (isFresh(request, response, etag)) return file.handle.close()
  response.setHeader('Content-Type', types.get(row.format) ?? 'application/octet-stream')
  return sendFile(request, response, file, etag)
}

/** Whether the address names the content: then it never changes. */
function setCaching(response: ServerResponse, named: boolean): void {
  response.setHeader('Cache-Control', named ? 'private, max-age=31536000, immutable' : 'private, no-cache')
}

function fileOf({ db }: OpenProject, image: number): ImageFile {
  const row = db.get<ImageFile>(
    `SELECT sources.folder, images.path, images.format, images.hash, images.bytes, images.modified_at
     FROM images JOIN sources ON sources.id = images.source WHERE images.id = ?`,
    image,
  )
  if (!row) throw notFound()
  return row
}

function notFound(): AppError {
  return new AppError('not-found', 'image: expected one of the project that is there, found none')
}
