// GET /exports/<project>?folder=…&file=…, or without `file` all of it as a .zip: what an export holds, to save it.
import type { FileHandle } from 'node:fs/promises'
import { basename, extname, posix } from 'node:path'
import { finished, PassThrough, pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { z } from 'zod'
import { fileError } from '../../node/file-error.ts'
import { absolutePath } from '../../shared/contract/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import type { OpenProjects } from '../services/context.ts'
import { exportedFiles, rememberedExports } from '../services/exports/remembered.ts'
import type { Asked, Reply } from './asked.ts'
import { fileReply } from './file-reply.ts'
import { openInside } from './inside.ts'

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
export async function exportReply(projects: Pick<OpenProjects, 'get'>, project: string, asked: Asked): Promise<Reply> {
  const { folder, file: path } = checked(address, Object.fromEntries(asked.query), (field) => field)
  const exported = rememberedExports(projects.get(project)).find((one) => one.folder === folder)
  if (exported && path === undefined) return archiveReply(folder, asked)
  const file = exported && path !== undefined ? await openInside(folder, path) : null
  if (!file || path === undefined)
    throw new AppError('not-found', `${path ?? folder}: expected a file of an export of the project, found none`)
  const picture = pictures.get(extname(path))
  return fileReply(asked, file, {
    'Cache-Control': 'private, no-cache',
    'Content-Type': picture ?? 'application/octet-stream',
    ...(picture === undefined && { 'Content-Disposition': disposition(posix.basename(path)) }),
  })
}

async function archiveReply(folder: string, { isHead }: Asked): Promise<Reply> {
  const name = basename(folder)
  const headers = { 'Content-Type': 'application/zip', 'Content-Disposition': disposition(`${name}.zip`) }
  return { status: 200, headers, body: isHead ? null : await archiveOf(folder, name) }
}

/** All of it or nothing. Stored, not packed: weights do not get smaller. */
async function archiveOf(folder: string, name: string): Promise<Readable> {
  const zip = new ZipFile()
  const opened: FileHandle[] = []
  const out = new PassThrough()
  const close = (): void => void Promise.allSettled(opened.map((handle) => handle.close()))
  finished(out, { writable: false }, close)
  try {
    for (const { path } of await exportedFiles(folder)) {
      const file = await openInside(folder, path)
      if (!file) throw new AppError('no-access', `${path}: expected a file of the export that can be read, found none`)
      opened.push(file.handle)
      zip.addReadStream(file.handle.createReadStream({ autoClose: false }), `${name}/${path}`, { compress: false, mtime: file.stats.mtime })
    }
  } catch (error) {
    close()
    throw fileError(error, 'read', folder) ?? error
  }
  zip.on('error', (error: Error) => out.destroy(error))
  zip.end()
  pipeline(zip.outputStream, out, () => undefined)
  return out
}

/** RFC 6266. */
function disposition(name: string): string {
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
}
