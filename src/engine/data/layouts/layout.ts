// What a reader of one layout gives back, and helpers that all readers share.
import type { ImageEntry, Layout, SkippedFile } from '../../../core/data/image-set.ts'
import { baseName, plainPath, shortNames } from '../../../shared/label-table.ts'
import type { FoundFile, Walk } from '../walk.ts'

/** A data set as one layout understands it; classes still by name. */
export interface Reading {
  readonly layout: Layout
  /** In the order of their indices. Names that no image uses are dropped later. */
  readonly classes: readonly string[]
  readonly images: readonly LabelledFile[]
  readonly skipped: readonly SkippedFile[]
}

export interface LabelledFile extends FoundFile {
  readonly class: string | null
  readonly split: ImageEntry['split']
}

/** Tries one layout: null where the folder is plainly something else.
 * @throws DataError where it is this layout, but broken. */
export type LayoutReader = (root: string, walk: Walk) => Promise<Reading | null>

/** Finds image files by what a list or table calls them: the path, else the bare name if only one file has it, extension optional. */
export class FileIndex {
  readonly #byName = new Map<string, FoundFile | null>()

  constructor(files: readonly FoundFile[]) {
    const add = (name: string, file: FoundFile): void => {
      const other = this.#byName.get(name)
      if (other === undefined) this.#byName.set(name, file)
      else if (other?.path !== file.path) this.#byName.set(name, null)
    }
    for (const file of files) this.#byName.set(plainPath(file.path), file)
    for (const file of files) for (const name of shortNames(plainPath(file.path))) add(name, file)
  }

  /** Null for a name that no file or more than one file has. */
  find(name: string): FoundFile | null {
    const path = plainPath(name)
    const exact = this.#byName.get(path)
    if (exact !== undefined) return exact
    return this.#byName.get(baseName(path)) ?? null
  }
}
