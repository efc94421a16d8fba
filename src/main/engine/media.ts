// Pictures of a project's images: from `thumbnails/`, or made by the picture process and kept there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../node/file-error.ts'
import { realPathBelow } from '../../node/inside.ts'
import { AppError } from '../../shared/errors.ts'
import type { FileState } from '../../shared/contract/domain.ts'
import type { Media, OpenProject } from '../services/context.ts'
import { PictureProcess } from './picture-process.ts'
import type { PictureOutcome, PictureProcessOptions } from './picture-process.ts'

export interface PicturesOptions extends PictureProcessOptions {
  /** Told of images that cannot be decoded. */
  readonly onUnreadable: (project: OpenProject, image: number, reason: string) => void
}

interface Row {
  readonly folder: string
  readonly path: string
  readonly hash: Uint8Array | null
  readonly state: FileState
  readonly problem: string | null
}

export class Pictures implements Media {
  readonly #process: PictureProcess
  readonly #onUnreadable: PicturesOptions['onUnreadable']
  /** By the file that is being made: whoever wants the same one waits for it. */
  readonly #making = new Map<string, Promise<void>>()

  constructor(options: PicturesOptions) {
    this.#process = new PictureProcess(options)
    this.#onUnreadable = options.onUnreadable
  }

  async picture(project: OpenProject, image: number, size: Parameters<Media['picture']>[2]): Promise<Uint8Array> {
    const row = readable(project, image)
    const hash = Buffer.from(row.hash).toString('hex')
    const out = join(project.folder, 'thumbnails', hash.slice(0, 2), `${hash}-${size}.webp`)
    const kept = await readKept(out)
    if (kept) return kept
    let making = this.#making.get(out)
    if (!making) {
      making = this.#make(project, image, row, hash, size, out).finally(() => this.#making.delete(out))
      this.#making.set(out, making)
    }
    await making
    const made = await readKept(out)
    if (!made) throw new AppError('no-access', `${out}: expected the picture that was written, found none`)
    return made
  }

  async look(project: OpenProject, image: number): Promise<Uint8Array> {
    const row = readable(project, image)
    const wish = { want: 'look', file: await insideSource(row), hash: Buffer.from(row.hash).toString('hex') } as const
    const { look } = this.#settle(project, image, row, await this.#process.ask(wish, false))
    return Buffer.from(look ?? '', 'hex')
  }

  async pictureOfFile(...[file, out, size, format]: Parameters<Media['pictureOfFile']>): Promise<void> {
    let making = this.#making.get(out)
    if (!making) {
      making = this.#makeOfFile(file, out, size, format).finally(() => this.#making.delete(out))
      this.#making.set(out, making)
    }
    return making
  }

  close(): Promise<void> {
    return this.#process.close()
  }

  async #makeOfFile(...[file, out, size, format]: Parameters<Media['pictureOfFile']>): Promise<void> {
    const outcome = await this.#process.ask({ want: 'picture', file, hash: null, size, format, out }, true)
    if (outcome.answer !== 'done') throw errorOf(outcome, file)
  }

  async #make(project: OpenProject, image: number, row: ReadableRow, hash: string, size: number, out: string): Promise<void> {
    const file = await insideSource(row)
    this.#settle(project, image, row, await this.#process.ask({ want: 'picture', file, hash, size, format: 'webp', out }, true))
  }

  /** @throws AppError unless it is done */
  #settle(project: OpenProject, image: number, { path }: Row, outcome: PictureOutcome): Extract<PictureOutcome, { answer: 'done' }> {
    if (outcome.answer === 'done') return outcome
    if (outcome.answer === 'crashed' || outcome.reason === 'damaged') this.#onUnreadable(project, image, reasonOf(outcome))
    throw errorOf(outcome, path)
  }
}

type Failure = Exclude<PictureOutcome, { answer: 'done' }>

function reasonOf(outcome: Failure): string {
  return outcome.answer === 'crashed' ? 'expected an image that can be decoded, but the decoder crashed on it twice' : outcome.message
}

function errorOf(outcome: Failure, path: string): AppError {
  const codes = { damaged: 'bad-data', changed: 'conflict', gone: 'not-found', access: 'no-access' } as const
  return new AppError(outcome.answer === 'crashed' ? 'bad-data' : codes[outcome.reason], `${path}: ${reasonOf(outcome)}`)
}

type ReadableRow = Row & { readonly hash: Uint8Array }

function readable({ db }: OpenProject, image: number): ReadableRow {
  const row = db.get<Row>(
    `SELECT sources.folder, images.path, images.hash, images.state, images.problem
     FROM images JOIN sources ON sources.id = images.source WHERE images.id = ?`,
    image,
  )
  if (!row) throw new AppError('not-found', `image ${image}: expected one of the project, found none`)
  const { hash } = row
  if (hash === null || row.state === 'unreadable')
    throw new AppError('bad-data', `${row.path}: ${row.problem ?? 'expected an image that can be read'}`)
  return { ...row, hash }
}

/** The real path, links followed.
 * @throws AppError 'not-found', 'no-access', or 'forbidden' where it leads out of the source's folder */
async function insideSource({ folder, path }: Row): Promise<string> {
  try {
    const file = await realPathBelow(folder, path)
    if (file === null) throw new AppError('forbidden', `${path}: expected a file inside ${folder}, found a link that leaves it`)
    return file
  } catch (error) {
    throw fileError(error, 'read', path) ?? error
  }
}

/** Null where there is none, and for one that a power cut left half written: it is made again. */
async function readKept(file: string): Promise<Uint8Array | null> {
  const bytes = await readFile(file).catch(() => null)
  const isWhole =
    bytes !== null && bytes.length > 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.readUInt32LE(4) + 8 === bytes.length
  return isWhole ? bytes : null
}
