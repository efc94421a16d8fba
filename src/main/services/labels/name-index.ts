// Finds images by what a table calls them, where that is no path of a file: relative to their source, or the bare name where one image has it.
import { setImmediate } from 'node:timers/promises'
import { baseName, plainPath, shortNames } from '../../../shared/label-table.ts'
import type { OpenProject } from '../context.ts'

const pageSize = 5000

export class NameIndex {
  /** Null for a name that several images have. */
  readonly #byPath = new Map<string, number | null>()
  readonly #byName = new Map<string, number | null>()

  /** Page by page: 100,000 images are not read in one go. */
  static async read({ db }: OpenProject): Promise<NameIndex> {
    const index = new NameIndex()
    for (let after = 0; ;) {
      const rows = db.all<{ id: number; path: string }>(
        'SELECT id, path FROM images WHERE id > ? AND excluded = 0 ORDER BY id LIMIT ?',
        after,
        pageSize,
      )
      for (const { id, path } of rows) index.#add(plainPath(path), id)
      const last = rows.at(-1)
      if (!last) return index
      after = last.id
      await setImmediate()
    }
  }

  /** Null for a name that no image or more than one has. The extension may be left out. */
  find(name: string): number | null {
    const path = plainPath(name)
    const exact = this.#byPath.get(path)
    if (exact !== undefined) return exact
    return this.#byName.get(path) ?? this.#byName.get(baseName(path)) ?? null
  }

  #add(path: string, id: number): void {
    const put = (map: Map<string, number | null>, key: string): void => {
      const other = map.get(key)
      map.set(key, other === undefined || other === id ? id : null)
    }
    put(this.#byPath, path)
    for (const name of shortNames(path)) put(this.#byName, name)
  }
}
