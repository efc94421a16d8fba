// POST /uploads/<project>/<batch>?path=<relative path>: the bytes of an image or a CSV, kept below the project for an import or a prediction.
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { fileError } from '../../node/file-error.ts'
import { AppError } from '../../shared/errors.ts'
import type { OpenProject, OpenProjects } from '../services/context.ts'
import { uploadFolder, uploadPath } from '../services/images/uploads.ts'
import type { Reply } from './asked.ts'
import type { Limits } from './limits.ts'

export interface Sent {
  readonly query: URLSearchParams
  /** Bytes, as far as they are announced. */
  readonly length: number
  /** What is not taken stays unread: whoever carries it decides what becomes of it. */
  readonly body: AsyncIterable<Uint8Array>
}

/** @throws AppError 'bad-option', 'not-found', 'too-large', 'disk-full', 'no-access'; nothing is left behind then */
export async function takeUpload(
  projects: Pick<OpenProjects, 'get'>,
  limits: Pick<Limits, 'upload'>,
  [project, batch]: readonly [project: string, batch: string],
  { query, length, body }: Sent,
): Promise<Reply> {
  const opened = projects.get(project)
  const folder = uploadFolder(opened, batch)
  const file = freeFile(opened, folder, query.get('path') ?? '')
  if (length > limits.upload) throw tooLarge(file, limits.upload)
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    await mkdir(dirname(file), { recursive: true })
    await write(temporary, limited(body, file, limits.upload))
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fileError(error, 'write', file) ?? error
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(JSON.stringify({ result: { file, folder } })) }
}

/** In a project: whose place a file is, by the path that it had where it came from. */
const owners = new WeakMap<OpenProject, Map<string, string>>()

/** Where a file goes. Another one's place, as different names may become one, is not taken from it; the same path again is the same file, as after an answer that was lost.
 * @param caseless upper and lower case are one name on its disk */
export function freeFile(project: OpenProject, folder: string, path: string, caseless = process.platform !== 'linux'): string {
  const taken = owners.get(project) ?? new Map<string, string>()
  owners.set(project, taken)
  const { dir, name, ext } = parse(join(folder, uploadPath(path)))
  for (let n = 1; ; n++) {
    const file = join(dir, `${name}${n === 1 ? '' : ` (${n})`}${ext}`)
    const key = caseless ? file.toLowerCase() : file
    if ((taken.get(key) ?? path) !== path) continue
    taken.set(key, path)
    return file
  }
}

/** Onto the disk: it may be the only copy that the project knows. @param file a new one */
async function write(file: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(body)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* limited(body: AsyncIterable<Uint8Array>, file: string, most: number): AsyncGenerator<Uint8Array> {
  let taken = 0
  for await (const chunk of body) {
    taken += chunk.length
    if (taken > most) throw tooLarge(file, most)
    yield chunk
  }
}

function tooLarge(file: string, most: number): AppError {
  return new AppError('too-large', `${file}: expected at most ${most} bytes, found more`)
}
