// Images by the whole paths of their files.
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isBelow } from '../../../node/inside.ts'
import type { OpenProject } from '../context.ts'

/** Files between two pauses. */
const pause = 1000

/** In the order of the files; null for what is no image of the project, or no longer. Folders may be reached through links. */
export async function findImages({ db }: OpenProject, files: readonly string[]): Promise<(number | null)[]> {
  const sources = db.all<{ id: number; folder: string }>('SELECT id, folder FROM sources')
  const lookUp = (file: string): number | null => {
    const source = sources.find(({ folder }) => isBelow(folder, file))
    if (!source) return null
    const path = file.slice(source.folder.length).split(sep).filter(Boolean).join('/')
    return db.get<{ id: number }>('SELECT id FROM images WHERE source = ? AND path = ? AND excluded = 0', source.id, path)?.id ?? null
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
