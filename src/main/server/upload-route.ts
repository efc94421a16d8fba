// POST /uploads/<project>/<batch>?path=<relative path>: a file's bytes, kept below the project for an import or a prediction.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileError } from '../../node/file-error.ts'
import { AppError } from '../../shared/errors.ts'
import type { OpenProjects } from '../services/context.ts'
import { uploadFolder, uploadPath } from '../services/images/uploads.ts'
import type { Reply } from './asked.ts'
import type { Limits } from './limits.ts'

export interface Sent {
  readonly query: URLSearchParams
  /** Bytes, as far as they are announced. */
  readonly length: number
  readonly body: Readable
}

/** @throws AppError 'bad-option', 'not-found', 'too-large', 'disk-full', 'no-access'; nothing is left behind then */
export async function takeUpload(
  projects: Pick<OpenProjects, 'get'>,
  limits: Pick<Limits, 'upload'>,
  [project, batch]: readonly [project: string, batch: string],
  { query, length, body }: Sent,
): Promise<Reply> {
  const folder = uploadFolder(projects.get(project), batch)
  const file = join(folder, uploadPath(query.get('path') ?? ''))
  if (length > limits.upload) throw tooLarge(file, limits.upload)
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    await mkdir(dirname(file), { recursive: true })
    await pipeline(body, limited(file, limits.upload), createWriteStream(temporary, { flags: 'wx' }))
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(error, 'write', file) ?? error
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(JSON.stringify({ result: { file, folder } })) }
}

function limited(file: string, most: number): Transform {
  let taken = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      taken += chunk.length
      if (taken > most) done(tooLarge(file, most))
      else done(null, chunk)
    },
  })
}

function tooLarge(file: string, most: number): AppError {
  return new AppError('too-large', `${file}: expected at most ${most} bytes, found more`)
}
