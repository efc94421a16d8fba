// The application's own copies of backbones: a folder each, named by content, with a record beside the model.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { backbone } from '../../../shared/contract/backbones.ts'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import { AppError } from '../../../shared/errors.ts'
import { fileError } from '../../../node/file-error.ts'
import { copyOntoDisk, makeFolder, readJson, writeJson } from '../../../node/files.ts'
import { hashModel } from '../../../node/model-files.ts'
import type { ResultOf } from '../../../shared/results.ts'

const recordName = 'backbone.json'
/** Of the hash: an id is typed and compared by people. */
const idDigits = 16

const record = backbone.omit({ id: true, file: true, available: true }).extend({
  /** The model's file, and its external data, relative to the folder. */
  model: z.string(),
  dataFiles: z.array(z.string()),
})
type Record = z.infer<typeof record>
type About = Pick<Record, 'name' | 'normalize' | 'facts' | 'origin'>

export type Inspection = Omit<ResultOf<'inspect'>, 'job'>

export class BackboneStore {
  readonly #folder: string

  /** @param folder that holds them all; made when the first one comes */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** In the order in which they came. */
  async list(): Promise<Backbone[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      const failure = fileError(error, 'read', this.#folder)
      if (failure?.code === 'not-found') return []
      throw failure ?? error
    })
    const found = await Promise.all(names.filter((name) => /^[0-9a-f]+$/.test(name)).map((id) => this.get(id)))
    return found.filter((one) => one !== null).sort((a, b) => (a.addedAt < b.addedAt ? -1 : a.addedAt > b.addedAt ? 1 : 0))
  }

  /** Null where there is no record that can be read. */
  async get(id: string): Promise<Backbone | null> {
    if (!/^[0-9a-f]+$/.test(id)) return null
    const folder = join(this.#folder, id)
    const found = record.safeParse(await readJson(join(folder, recordName)).catch(() => null)).data
    if (!found) return null
    const { model, dataFiles, ...about } = found
    const sizes = await Promise.all([model, ...dataFiles].map((name) => sizeOf(join(folder, name))))
    const available = sizes.every((size) => size !== null) && sizes.reduce((sum, size) => sum + size, 0) === about.bytes
    return { id, file: join(folder, model), available, ...about }
  }

  /** Copies a model that has been inspected, or moves it if it is the application's own. The same content again is the entry that there is;
   * one whose file is gone gets it back.
   * @throws AppError 'conflict' if the files have changed since, 'no-access', 'disk-full' */
  async add(inspection: Inspection, about: About, how: 'copy' | 'move' = 'copy'): Promise<Backbone> {
    const { file, dataFiles, sha256, bytes, parameters } = inspection
    const id = sha256.slice(0, idDigits)
    const there = await this.get(id)
    if (there?.available) return there
    const temporary = join(this.#folder, `.${randomUUID()}.tmp`)
    const model = basename(file)
    try {
      await makeFolder(temporary)
      if (how === 'move') await rename(file, join(temporary, model))
      else await copy(file, join(temporary, model))
      for (const name of dataFiles) await copy(join(dirname(file), name), join(temporary, name))
      const copied = await hashModel(join(temporary, model), dataFiles)
      if (copied.sha256 !== sha256)
        throw new AppError('conflict', `${file}: expected it to stay as it is while it is copied, found it changed`)
      const addedAt = there?.addedAt ?? new Date().toISOString()
      // What people have chosen once stays.
      const own = there ? { name: there.name, normalize: there.normalize, origin: there.origin ?? about.origin } : {}
      const kept: Record = { ...about, ...own, bytes, sha256, parameters, addedAt, model, dataFiles: [...dataFiles] }
      await writeJson(join(temporary, recordName), record.parse(kept))
      const folder = join(this.#folder, id)
      if (there) await this.#discard(folder)
      await rename(temporary, folder)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      // Somebody else has added it meanwhile.
      const other = await this.get(id)
      if (other?.available) return other
      throw fileError(error, 'write', this.#folder) ?? error
    }
    const added = await this.get(id)
    if (!added) throw new AppError('internal', `backbone ${id}: expected its record, found none after adding it`)
    return added
  }

  /** @throws AppError 'not-found' */
  async remove(id: string): Promise<void> {
    if (!(await this.get(id))) throw unknown(id)
    await this.#discard(join(this.#folder, id))
  }

  /** Out of the way in one go, then deleted. */
  async #discard(folder: string): Promise<void> {
    const doomed = join(this.#folder, `.${randomUUID()}.tmp`)
    try {
      await rename(folder, doomed)
      await rm(doomed, { recursive: true, force: true })
    } catch (error) {
      throw fileError(error, 'delete', folder) ?? error
    }
  }
}

export function unknown(id: string): AppError {
  return new AppError('not-found', `backbone ${id}: expected one of the list of backbones, found none`)
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.isFile() ? found.size : null
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyOntoDisk(from, to)
}
