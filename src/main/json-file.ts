// A small JSON file of the application, with a schema: what it holds survives crashes, and what it should not hold does no harm.
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { makeFolder, readJson, writeJson } from '../node/files.ts'
import { AppError } from '../shared/errors.ts'
import type { Log } from './services/context.ts'

export class JsonFile<T> {
  readonly path: string
  readonly #schema: z.ZodType<T>
  readonly #absent: T
  readonly #log: Pick<Log, 'warn'>
  #changes: Promise<unknown> = Promise.resolve()

  /** @param absent what it holds before it is first written */
  constructor(path: string, schema: z.ZodType<T>, absent: T, log: Pick<Log, 'warn'>) {
    this.path = path
    this.#schema = schema
    this.#absent = absent
    this.#log = log
  }

  /** What it holds now; other processes may write it too. A file that is not as it should be is put aside and said in the log.
   * @throws AppError 'no-access' */
  async read(): Promise<T> {
    try {
      const result = this.#schema.safeParse(await readJson(this.path))
      if (result.success) return result.data
      throw new AppError('bad-data', result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'bad-data' && error.code !== 'not-found')) throw error
      if (error.code === 'bad-data') await this.#putAside(error.message)
      return this.#absent
    }
  }

  /** One change after the other. On the disk when it answers. */
  update(change: (value: T) => T): Promise<T> {
    const changed = this.#changes.then(async () => {
      const value = change(await this.read())
      await makeFolder(dirname(this.path))
      await writeJson(this.path, value)
      return value
    })
    this.#changes = changed.catch(() => undefined)
    return changed
  }

  async #putAside(reason: string): Promise<void> {
    const kept = this.path.replace(/\.json$/, `.broken-${Date.now()}.json`)
    await rename(this.path, kept).catch(() => undefined)
    this.#log.warn(`${this.path}: cannot be used, starting from the defaults; kept as ${kept} (${reason})`)
  }
}
