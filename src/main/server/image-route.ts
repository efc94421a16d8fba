// GET /images/<project>/<image>?size=…&v=<version>: a picture made small, or the file as it is.
import { z } from 'zod'
import { imageId, projectId } from '../../shared/contract/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import type { Media, OpenProject, OpenProjects } from '../services/context.ts'
import { versionOf } from '../services/images/rows.ts'
import type { Asked, Reply } from './asked.ts'
import { bytesReply, fileReply, isFresh, unchanged } from './file-reply.ts'
import { openInside } from './inside.ts'

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
const types = new Map(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'].map((format) => [format, `image/${format}`]))

interface ImageFile {
  readonly folder: string
  readonly path: string
  readonly format: string
  readonly hash: Uint8Array | null
  readonly bytes: number
  readonly modified_at: number
}

/** @throws AppError 'bad-option', 'not-found', or as the picture could not be made */
export async function imageReply(
  services: ImageServices,
  [project, image]: readonly [project: string, image: string],
  asked: Asked,
): Promise<Reply> {
  const wanted = checked(address, { ...Object.fromEntries(asked.query), project, image: Number(image) }, (field) => field)
  const open = services.projects.get(wanted.project)
  const file = fileOf(open, wanted.image)
  const version = versionOf(file)
  if (wanted.size === 'full') return originalReply(file, wanted.v === version, asked)
  const etag = `"${version}-${wanted.size}"`
  const headers = { 'Cache-Control': caching(wanted.v === version), ETag: etag }
  if (isFresh(asked, etag)) return unchanged(headers)
  const picture = await services.media.picture(open, wanted.image, Number(wanted.size) as Parameters<Media['picture']>[2])
  return bytesReply(asked, picture, { ...headers, 'Content-Type': 'image/webp' })
}

async function originalReply(row: ImageFile, named: boolean, asked: Asked): Promise<Reply> {
  const file = await openInside(row.folder, row.path)
  if (!file) throw notFound()
  const isSame = file.stats.size === row.bytes && Math.floor(file.stats.mtimeMs) === Math.floor(row.modified_at)
  const type = types.get(row.format) ?? 'application/octet-stream'
  return fileReply(asked, file, { 'Cache-Control': caching(named && isSame), 'Content-Type': type })
}

/** @param named the address names the content: then it never changes */
function caching(named: boolean): string {
  return named ? 'private, max-age=31536000, immutable' : 'private, no-cache'
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
