// Sources inside the project's own folder (the sample's images, uploads): they move with it, so what counts is the way from there.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { wayBelow } from '../../../node/inside.ts'
import type { Database } from '../../storage/database.ts'
import type { OpenProject } from '../context.ts'
import { touch } from './facts.ts'

interface Source {
  readonly id: number
  readonly folder: string
  readonly inside: string | null
}

/** Images by which a folder is known again. */
const tried = 8

/** From the project's folder to what lies in it, with forward slashes, empty for the folder itself; null for what lies elsewhere. */
export function wayInside(project: string, folder: string): string | null {
  return folder === project ? '' : wayBelow(project, folder)
}

/** Brings the places of sources inside the project in line with where the project lies now: all at once, or none. */
export function bringOwnSources({ db, folder: project }: Pick<OpenProject, 'db' | 'folder'>): void {
  const placed = db.all<Source>('SELECT id, folder, inside FROM sources').flatMap((source) => {
    const inside = source.inside ?? foundInside(db, project, source)
    if (inside === null) return []
    const folder = join(project, inside)
    return folder === source.folder && inside === source.inside ? [] : [{ ...source, inside, from: source.folder, folder }]
  })
  if (placed.length === 0) return
  db.transaction(() => {
    for (const { id, folder, inside } of placed) {
      // Added anew at its new place, as long as nobody knew that it had moved.
      if (db.get('SELECT 1 FROM sources WHERE folder = ? AND id <> ?', folder, id)) continue
      db.run('UPDATE sources SET folder = ?, inside = ? WHERE id = ?', folder, inside, id)
    }
    if (placed.some(({ from, folder }) => from !== folder)) touch(db)
  })
}

/** Of a source that an older version has added: where the project has moved since, the folder inside that holds the same images. One that is
 * still there at its old place stays, but for an upload: no other folder has such a name. */
function foundInside(db: Database, project: string, { id, folder }: Source): string | null {
  const way = wayInside(project, folder)
  if (way !== null) return way
  const parts = folder.split(/[\\/]/).filter((part) => part !== '')
  const images = db.all<{ path: string; bytes: number }>(`SELECT path, bytes FROM images WHERE source = ? LIMIT ${tried}`, id)
  for (let from = parts.length - 1; from > 0; from--) {
    const inside = parts.slice(from).join('/')
    const isThere = images.some(({ path, bytes }) => sizeOf(join(project, inside, path)) === bytes)
    if (isThere && (inside.startsWith('uploads/') || !existsSync(folder))) return inside
  }
  return null
}

function sizeOf(file: string): number | null {
  try {
    return statSync(file).size
  } catch {
    return null
  }
}
