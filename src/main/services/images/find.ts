// Images by the whole paths of their files.
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { wayBelow } from '../../../node/inside.ts'
import type { Database } from '../../storage/database.ts'
import type { OpenProject } from '../context.ts'

/** Files between two pauses. */
const pause = 1000

/** In the order of the files; null for what is no image of the project, or no longer. Files may be reached through links, or by another
 * spelling where the disk takes upper and lower case, or composed characters, for the same. */
export async function findImages({ db }: OpenProject, files: readonly string[]): Promise<(number | null)[]> {
  const imageAt = imageFinder(db)
  const realFolders = new Map<string, Promise<string | null>>()
  const found: (number | null)[] = []
  for (const [i, file] of files.entries()) {
    if (i % pause === pause - 1) await setImmediate()
    let image = imageAt(file)
    if (image === null) {
      const folder = dirname(file)
      const real = realFolders.get(folder) ?? resolved(folder)
      realFolders.set(folder, real)
      const there = await real
      if (there !== null && there !== folder) image = imageAt(join(there, basename(file)))
    }
    if (image === null) {
      const real = await resolved(file)
      if (real !== null && real !== file) image = imageAt(real)
    }
    found.push(image)
  }
  return found
}

/** Finds images by the paths of their files, spelled as a scan has found them. */
export function imageFinder(db: Database): (file: string) => number | null {
  const sources = db.all<{ id: number; folder: string }>('SELECT id, folder FROM sources')
  return (file) => {
    for (const { id, folder } of sources) {
      const path = wayBelow(folder, file)
      if (path === null) continue
      const found = db.get<{ id: number }>('SELECT id FROM images WHERE source = ? AND path = ? AND excluded = 0', id, path)
      if (found) return found.id
    }
    return null
  }
}

/** Null where there is nothing. */
function resolved(path: string): Promise<string | null> {
  return realpath(path).catch(() => null)
}
