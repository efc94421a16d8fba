// Downloads of the catalogue's networks: one task for each at a time, from the first byte to the backbone in the list.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backbone, CatalogueEntry } from '../../../shared/contract/backbones.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Studio } from '../context.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { catalogue } from './catalogue.ts'
import type { Listed } from './catalogue.ts'
import { download } from './download/download.ts'
import { discardPartial, partialBytes } from './download/partial-file.ts'
import type { Reach } from './download/request.ts'

export interface Sources extends Reach {
  /** In place of the application's own. */
  readonly catalogue?: readonly Listed[]
}

/** Makes a backbone of a file that has come; the file may be moved away. */
type Take = (file: string, entry: Listed, signal: AbortSignal) => Promise<Backbone>

export class Downloads {
  readonly #studio: Pick<Studio, 'tasks' | 'dataFolder'>
  readonly #sources: Sources
  readonly #take: Take
  /** Tasks by entry. */
  readonly #running = new Map<string, string>()

  constructor(studio: Pick<Studio, 'tasks' | 'dataFolder'>, sources: Sources, take: Take) {
    this.#studio = studio
    this.#sources = sources
    this.#take = take
  }

  /** @param backbones those that are there */
  async list(backbones: readonly Backbone[]): Promise<CatalogueEntry[]> {
    const entries = this.#entries().map(async (entry) => ({
      ...entry,
      backbone: backboneOf(entry, backbones)?.id ?? null,
      task: this.#running.get(entry.id) ?? null,
      partialBytes: await partialBytes(this.#fileOf(entry)),
    }))
    return (await Promise.all(entries)).sort((a, b) => a.bytes - b.bytes)
  }

  /** @throws AppError 'not-found', 'bad-option' without the licence, 'conflict' where it is there */
  start(id: string, licence: string, backbones: readonly Backbone[]): { task: string } {
    const entry = this.#entry(id)
    if (licence !== entry.licence.id)
      throw new AppError('bad-option', `licence: expected ${entry.licence.id}, that of ${entry.name}, to be agreed to, found ${licence}`)
    const there = backboneOf(entry, backbones)
    if (there) throw new AppError('conflict', `${entry.name}: expected it to be missing, found it as ${there.name}`)
    const running = this.#running.get(id)
    if (running !== undefined) return { task: running }
    const task = this.#studio.tasks.start({ kind: 'download-backbone', project: null, subject: entry.name }, (context) =>
      this.#work(entry, context).finally(() => this.#running.delete(id)),
    )
    this.#running.set(id, task.task)
    return task
  }

  /** @throws AppError 'not-found', 'in-use' */
  async discard(id: string): Promise<void> {
    const entry = this.#entry(id)
    if (this.#running.has(id)) throw new AppError('in-use', `${entry.name}: expected no download under way, found one`)
    await discardPartial(this.#fileOf(entry))
  }

  async #work(entry: Listed, context: TaskContext): Promise<TaskResult> {
    const start = performance.now()
    const file = this.#fileOf(entry)
    await download(entry, {
      ...this.#sources,
      file,
      signal: context.signal,
      onProgress: (done, from) => context.progress({ task: 'downloading', done, total: entry.bytes, unit: 'bytes', from }),
    })
    context.progress({ task: 'reading the network', done: 0, total: null, unit: 'networks' })
    try {
      const { id } = await this.#take(file, entry, context.signal)
      return { kind: 'download-backbone', backbone: id, bytes: entry.bytes, seconds: (performance.now() - start) / 1000 }
    } finally {
      await rm(file, { force: true })
    }
  }

  #entries(): readonly Listed[] {
    return this.#sources.catalogue ?? catalogue
  }

  #entry(id: string): Listed {
    const entry = this.#entries().find((one) => one.id === id)
    if (!entry)
      throw new AppError(
        'not-found',
        `catalogue entry ${id}: expected one of ${this.#entries()
          .map((one) => one.id)
          .join(', ')}, found none`,
      )
    return entry
  }

  #fileOf({ id }: Listed): string {
    return join(this.#studio.dataFolder, 'downloads', `${id}.onnx`)
  }
}

function backboneOf({ sha256 }: Listed, backbones: readonly Backbone[]): Backbone | undefined {
  return backbones.find((one) => one.available && one.sha256 === sha256)
}
