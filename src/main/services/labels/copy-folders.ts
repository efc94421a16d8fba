// Copies labelled images into split/class folders.
import { constants } from 'node:fs'
import { copyFile, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isBelow } from '../../../node/inside.ts'
import { splitOf } from '../../../shared/label-table.ts'
import type { Database } from '../../storage/database.ts'
import { classRows } from '../history/class-row.ts'
import { countExported, exportedImages, hasSplits } from './exported-images.ts'
import type { ExportedImage } from './exported-images.ts'
import { FreeNames } from './safe-name.ts'

/** Files copied at the same time. */
const parallel = 8

export interface CopyOptions {
  /** Called after every few copies; may throw to end it. */
  readonly progress: (done: number, total: number) => void
}

/** @param to an empty folder
 * @returns images copied, and images whose files are not there; @throws errors of the file system */
export async function copyFolders(db: Database, to: string, { progress }: CopyOptions): Promise<{ images: number; missing: number }> {
  const classNames = new FreeNames()
  const folders = new Map(classRows(db).map(({ name }) => [name, classNames.take(name)]))
  // A class folder called `test` would be read as a split: below a split's folder it is not.
  const hasSplitFolders = hasSplits(db) || [...folders.values()].some((folder) => splitOf(folder) !== null)
  const namesIn = new Map<string, FreeNames>()
  const roots = new Map<string, string | null>()
  const counts = { images: 0, missing: 0 }
  const total = countExported(db, true)

  const copy = async ({ folder, path }: ExportedImage, target: string): Promise<void> => {
    const root = roots.get(folder) ?? (await realpath(folder).catch(() => null))
    roots.set(folder, root)
    const file = root === null ? null : await realpath(join(root, path)).catch(() => null)
    // A link may lead out of the source by now: what lies there is no image of the project.
    if (root === null || file === null || !isBelow(root, file)) {
      counts.missing++
      return
    }
    await copyFile(file, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    counts.images++
  }

  for (const page of exportedImages(db, true)) {
    const jobs: (() => Promise<void>)[] = []
    for (const image of page) {
      const label = image.label ?? ''
      const name = folders.get(label) ?? classNames.take(label)
      // A class that has been renamed meanwhile.
      folders.set(label, name)
      const folder = hasSplitFolders ? join(to, image.split ?? 'train', name) : join(to, name)
      let names = namesIn.get(folder)
      if (!names) {
        await mkdir(folder, { recursive: true })
        namesIn.set(folder, (names = new FreeNames()))
      }
      const target = join(folder, names.take(image.path.slice(image.path.lastIndexOf('/') + 1)))
      jobs.push(() => copy(image, target))
    }
    for (let from = 0; from < jobs.length; from += parallel) {
      progress(counts.images + counts.missing, total)
      // All of them end before an error goes on: what is under way would write into a folder that is being removed.
      const results = await Promise.allSettled(jobs.slice(from, from + parallel).map((job) => job()))
      for (const result of results) if (result.status === 'rejected') throw result.reason
    }
  }
  progress(counts.images + counts.missing, total)
  return counts
}
