// GET /exports/<project>?folder=…&file=…, or without `file` all of it as a .zip: what an export holds, to save it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, extname, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { z } from 'zod'
import { absolutePath } from '../../shared/contract/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import type { OpenProjects } from '../services/context.ts'
import { exportedFiles, rememberedExports } from '../services/exports/remembered.ts'
import { openInside } from './inside.ts'
import { fileTag, isFresh, sendFile } from './send-file.ts'

/** Shown in pages; everything else is saved. */
const pictures = new Map([
  ['.jpg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
])

const address = z.strictObject({
  /** Of a remembered export. */
  folder: absolutePath,
  /** In the folder, with forward slashes. */
  file: z.string().min(1).max(1000).optional(),
})

/** @throws AppError 'bad-option', or 'not-found' for what is no file of an export of the project */
export async function sendExported(
  projects: Pick<OpenProjects, 'get'>,
  project: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { folder, file: path } = checked(address, Object.fromEntries(query), (field) => field)
  const exported = rememberedExports(projects.get(project)).find((one) => one.folder === folder)
  if (exported && path === undefined) return sendArchive(folder, request, response)
  const file = exported && path !== undefined ? await openInside(folder, path) : null
  if (!file || path === undefined)
    throw new AppError('not-found', `${path ?? folder}: expected a file of an export of the project, found none`)
  response.setHeader('Cache-Control', 'private, no-cache')
  const etag = fileTag(file)
  if (isFresh(request, response, etag)) return file.handle.close()
  const picture = pictures.get(extname(path))
  response.setHeader('Content-Type', picture ?? 'application/octet-stream')
  if (picture === undefined) response.setHeader('Content-Disposition', disposition(posix.basename(path)))
  return sendFile(request, response, file, etag)
}

/** Stored, not packed: weights do not get smaller. */
async function sendArchive(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = basename(folder)
  response.setHeader('Content-Type', 'application/zip')
  response.setHeader('Content-Disposition', disposition(`${name}.zip`))
  if (request.method === 'HEAD') return void response.end()
  const zip = new ZipFile()
  const opened = []
  try {
    for (const { path } of await exportedFiles(folder)) {
      const file = await openInside(folder, path)
      if (!file) continue
      opened.push(file.handle)
      zip.addReadStream(file.handle.createReadStream({ autoClose: false }), `${name}/${path}`, { compress: false, mtime: file.stats.mtime })
    }
    zip.end()
    await pipeline(zip.outputStream, response)
  } finally {
    await Promise.all(opened.map((handle) => handle.close()))
  }
}

/** RFC 6266. */
function disposition(name: string): string {
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
}
