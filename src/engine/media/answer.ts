// One picture: reads the file, makes sure that it is the one that is meant, decodes it within limits, writes the small one.
import { hash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../core/data/data-error.ts'
import { fileError } from '../../node/file-error.ts'
import { writeFileAtomic } from '../../node/files.ts'
import type { PictureAnswer, PictureRequest } from '../../shared/pictures.ts'
import { decodeSeconds, tooLarge } from '../data/image-limits.ts'
import { look } from './look.ts'
import { makePicture } from './picture.ts'

type Failure = Extract<PictureAnswer, { answer: 'failed' }>['reason']

class Failed extends Error {
  readonly reason: Failure
  constructor(reason: Failure, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Never throws. */
export async function answer(request: PictureRequest): Promise<PictureAnswer> {
  const { id } = request
  try {
    const bytes = await readImage(request.file)
    if (request.hash !== null && hash('sha256', bytes, 'hex') !== request.hash)
      throw new Failed('changed', 'expected the file as it was when it was last scanned, found other content; rescan its folder')
    if (request.want === 'look') return { answer: 'done', id, look: (await decoded(look(bytes))).toString('hex') }
    const picture = await decoded(makePicture(bytes, request.size, request.format))
    await makeFolders(dirname(request.out))
    await writeFileAtomic(request.out, picture)
    return { answer: 'done', id }
  } catch (error) {
    const reason = error instanceof Failed ? error.reason : 'access'
    return { answer: 'failed', id, reason, message: messageOf(error) }
  }
}

async function readImage(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file)
    // A pipe would keep us waiting for ever.
    if (!found.isFile()) throw new Failed('access', 'expected a file, found something else')
    const problem = tooLarge(found.size)
    if (problem !== null) throw new Failed('damaged', problem)
    return await readFile(file)
  } catch (error) {
    const known = fileError(error, 'read', 'the file')
    if (!known) throw error
    throw new Failed(known.code === 'not-found' ? 'gone' : 'access', known.message)
  }
}

/** A folder and the one above it, but not the one above that: a project that has been deleted must not come back as an empty folder. */
async function makeFolders(folder: string): Promise<void> {
  for (const path of [dirname(folder), folder])
    await mkdir(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, 'make the folder', path) ?? error
    })
}

async function decoded(work: Promise<Buffer>): Promise<Buffer> {
  try {
    return await work
  } catch (error) {
    const message = messageOf(error).replace(/\s+/g, ' ').trim()
    if (/timeout/i.test(message)) throw new Failed('damaged', `expected to be decoded within ${decodeSeconds} s, gave up`)
    throw new Failed('damaged', `expected a whole image, found a truncated or damaged one (${message})`)
  }
}
