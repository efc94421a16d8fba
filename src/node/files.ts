// Writing files so that a final name never holds a half-written file, whatever fails in between.
import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, basename, join, resolve } from 'node:path'
import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../shared/errors.ts'
import { fileError } from './file-error.ts'

export type Content = string | Uint8Array

/** Replaces a file in one go: written beside it, forced to the disk, renamed. Several pieces are written one after another.
 * @throws AppError 'no-access' or 'disk-full' naming the path; the old file, if any, is untouched and nothing is left behind. */
export async function writeFileAtomic(path: string, content: Content | Iterable<Content> | AsyncIterable<Content>): Promise<void> {
  const temporary = besideOf(path)
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const piece of pieces(content)) await writeAll(file, piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOntoDisk(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(error, 'write', path) ?? error
  }
}

/** A hidden name on the same disk, where renaming is all or nothing. */
export function besideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
}

/** Deletes what a process that was killed left half-written in a folder, files and folders, under names of `besideOf`. */
export async function removeTemporaries(folder: string): Promise<void> {
  // SQLite keeps a journal beside a copy that it makes.
  const names = (await readdir(folder)).filter((name) => /^\..+\.[0-9a-f-]{36}\.tmp(-journal)?$/.test(name))
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}

/** Gives a finished file or folder its name, for good. */
export async function renameOntoDisk(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/** Copies a file onto the disk, writable whatever the original was. */
export async function copyOntoDisk(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  await chmod(to, 0o644)
  const file = await open(to, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** @throws AppError 'not-found', 'no-access', or 'bad-data' if it is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('bad-data', `${path}: expected JSON, found ${text.length === 0 ? 'an empty file' : (error as Error).message}`, {
      details: { path },
      cause: error,
    })
  }
}

/** Makes a folder and those above it.
 * @returns the topmost one that was made; undefined where all were there
 * @throws AppError 'no-access' or 'disk-full' naming it. */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await makeWithParents(resolve(path))
  } catch (error) {
    throw fileError(error, 'make the folder', path) ?? error
  }
}

/** One by one: Node's own `recursive` never ends where a file system answers "not found" for a folder whose parent is there (/proc). */
async function makeWithParents(path: string): Promise<string | undefined> {
  try {
    await mkdir(path)
    return path
  } catch (error) {
    if (await isFolder(path)) return undefined
    if (!hasCode(error, 'ENOENT') || (await isFolder(dirname(path)))) throw error
  }
  const top = await makeWithParents(dirname(path))
  await mkdir(path)
  return top ?? path
}

export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Lines of JSON that grow at the end. A line that a crash cut short is dropped when the file is opened again. */
export class NdjsonFile {
  readonly path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /** @param keep decides which of the lines already there stay, e.g. those up to the checkpoint that a run goes on from; absent = start anew. */
  static async open(path: string, keep?: (line: unknown) => boolean): Promise<NdjsonFile> {
    const kept = keep ? (await readNdjson(path)).filter(keep) : []
    await writeFileAtomic(path, kept.map(toLine).join(''))
    try {
      return new NdjsonFile(path, await open(path, 'a'))
    } catch (error) {
      throw fileError(error, 'write', path) ?? error
    }
  }

  /** Appends one line and hands it to the operating system: it outlives this process. */
  async append(value: unknown): Promise<void> {
    try {
      await this.#file.appendFile(toLine(value))
    } catch (error) {
      throw fileError(error, 'write', this.path) ?? error
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** The whole lines of a file; none if there is no file. Lines that are no JSON are left out. */
export async function readNdjson(path: string): Promise<unknown[]> {
  let text: string
  try {
    text = await readText(path)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return []
    throw error
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .flatMap(parsed)
}

/** None for a line that a power cut has damaged. */
function parsed(line: string): unknown[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw fileError(error, 'read', path) ?? error
  }
}

function toLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

async function* pieces(content: Content | Iterable<Content> | AsyncIterable<Content>): AsyncGenerator<Content> {
  if (typeof content === 'string' || content instanceof Uint8Array) yield content
  else yield* content
}

async function writeAll(file: FileHandle, piece: Content): Promise<void> {
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten
}

/** The rename itself must reach the disk too. Windows has no such call for folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
