// A file that is still coming: its bytes under a temporary name, their running hash, and a note by which the rest can be asked for later.
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, truncate } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { fileError } from '../../../../node/file-error.ts'
import { makeFolder, readJson, syncFolder, writeJson } from '../../../../node/files.ts'

const note = z.object({
  /** Of the whole file: the bytes are of this one and no other. */
  sha256: z.string(),
  /** ETag or date of the answer that they came with; null where there was none. */
  validator: z.string().nullable(),
})

export class PartialFile {
  readonly #final: string
  readonly #sha256: string
  readonly #file: FileHandle
  #hash: Hash
  size: number
  validator: string | null

  private constructor(final: string, sha256: string, file: FileHandle, state: { hash: Hash; size: number; validator: string | null }) {
    this.#final = final
    this.#sha256 = sha256
    this.#file = file
    this.#hash = state.hash
    this.size = state.size
    this.validator = state.validator
  }

  /** Goes on with what an earlier attempt has left of the same file. @throws AppError 'no-access', 'disk-full' */
  static async open(final: string, sha256: string): Promise<PartialFile> {
    try {
      await makeFolder(dirname(final))
      const known = note.safeParse(await readJson(noteOf(final)).catch(() => null)).data
      if (known?.sha256 !== sha256) await discardPartial(final)
      const file = await open(partOf(final), 'a')
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of createReadStream(partOf(final), { highWaterMark: 2 ** 20 })) {
        hash.update(chunk as Buffer)
        size += (chunk as Buffer).length
      }
      return new PartialFile(final, sha256, file, { hash, size, validator: known?.validator ?? null })
    } catch (error) {
      throw fileError(error, 'write', final) ?? error
    }
  }

  /** Begins anew with an answer. */
  async restart(validator: string | null): Promise<void> {
    try {
      // By its path: on Windows a file that is open for appending cannot be cut by its handle.
      await truncate(partOf(this.#final))
      this.#hash = createHash('sha256')
      this.size = 0
      this.validator = validator
      await writeJson(noteOf(this.#final), note.parse({ sha256: this.#sha256, validator }))
    } catch (error) {
      throw fileError(error, 'write', this.#final) ?? error
    }
  }

  async append(chunk: Uint8Array): Promise<void> {
    try {
      await this.#file.appendFile(chunk)
    } catch (error) {
      throw fileError(error, 'write', this.#final) ?? error
    }
    this.#hash.update(chunk)
    this.size += chunk.length
  }

  /** Of all that has come. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Whole and right: the file gets its name. */
  async finish(): Promise<void> {
    try {
      await this.#file.sync()
      await this.#file.close()
      await rename(partOf(this.#final), this.#final)
      await rm(noteOf(this.#final), { force: true })
      await syncFolder(dirname(this.#final))
    } catch (error) {
      throw fileError(error, 'write', this.#final) ?? error
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Removes what an earlier attempt has left. */
export async function discardPartial(final: string): Promise<void> {
  await rm(partOf(final), { force: true })
  await rm(noteOf(final), { force: true })
}

/** Bytes that an earlier attempt has left. */
export async function partialBytes(final: string): Promise<number> {
  return stat(partOf(final)).then(
    ({ size }) => size,
    () => 0,
  )
}

function partOf(final: string): string {
  return `${final}.part`
}

function noteOf(final: string): string {
  return `${final}.part.json`
}
