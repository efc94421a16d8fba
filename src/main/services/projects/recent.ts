// The list of projects that were opened lately, kept in the application's own folder.
import { join } from 'node:path'
import { z } from 'zod'
import { recentProject } from '../../../shared/contract/projects.ts'
import { JsonFile } from '../../json-file.ts'
import type { Log } from '../context.ts'

const entrySchema = recentProject.pick({ folder: true, name: true, openedAt: true, images: true, labelled: true }).extend({
  /** Folders of images; absent in lists that an older version has written. */
  sources: z.array(z.string()).optional(),
})
export type RecentEntry = z.infer<typeof entrySchema>

/** Projects remembered. */
const limit = 50

export class RecentProjects {
  readonly #file: JsonFile<RecentEntry[]>
  readonly #log: Log

  constructor(dataFolder: string, log: Log) {
    this.#file = new JsonFile(join(dataFolder, 'recent.json'), z.array(entrySchema), [], log)
    this.#log = log
  }

  /** Latest first. */
  async list(): Promise<RecentEntry[]> {
    return (await this.#file.read()).sort((a, b) => b.openedAt.localeCompare(a.openedAt))
  }

  /** Takes a project up, or notes how it is now. @param openedAt absent = when it was opened stays */
  async note(entry: Omit<RecentEntry, 'openedAt'>, openedAt?: string): Promise<void> {
    await this.#change((entries) => {
      const before = entries.find(({ folder }) => folder === entry.folder)
      if (!before && openedAt === undefined) return entries
      const others = entries.filter((other) => other !== before)
      const noted = { ...entry, openedAt: openedAt ?? before?.openedAt ?? new Date().toISOString() }
      return [noted, ...others].sort((a, b) => b.openedAt.localeCompare(a.openedAt)).slice(0, limit)
    })
  }

  async forget(folders: readonly string[]): Promise<void> {
    await this.#change((entries) => entries.filter(({ folder }) => !folders.includes(folder)))
  }

  /** A list that cannot be written keeps nobody from working. */
  async #change(change: (entries: RecentEntry[]) => RecentEntry[]): Promise<void> {
    await this.#file.update(change).catch((error: unknown) => this.#log.error('the list of recent projects cannot be written', error))
  }
}
