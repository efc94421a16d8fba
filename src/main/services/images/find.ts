// Images by the whole paths of their files.
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { wayBelow } from '../../../node/inside.ts'
import type { OpenProject } from '../context.ts'

/** Files between two pauses. */
const pause = 1000

/** In the order of the files; null for what is no image of the project, or no longer. Folders may be reached through links. */
export async function findImages({ db }: OpenProject, files: readonly string[]): Promise<(number | null)[]> {
  const sources = db.all<{ id: number; folder: string }>('SELECT id, folder FROM sources')
  const lookUp = (file: string): number | null => {
    for (const { id, folder } of sources) {
      const path = wayBelow(folder, file)
      if (path === null) continue
      const found = db.get<{ id: number }>('SELECT id FROM images WHERE source = ? AND path = ? AND excluded = 0', id, path)
      if (found) return found.id
    }
    return null
  }
  const realFolders = new Map<string, Promise<string | null>>()
  const found: (number | null)[] = []
  for (const [i, file] of files.entries()) {
    if (i % pause === pause - 1) await setImmediate()
    let image = lookUp(file)
    if (image === null) {
      const folder = dirname(file)
      const real = realFolders.get(folder) ?? realpath(folder).catch(() => null)
      realFolders.set(folder, real)
      const there = await real
      if (there !== null && there !== folder) image = lookUp(join(there, basename(file)))
    }
    found.push(image)
  }
  return found
}
