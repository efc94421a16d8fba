// Where a run's images lie now: a folder may move while a run waits, and labels follow its images.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { writeFileAtomic } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import { manifestFileName, manifestHeaderSchema, manifestImageSchema } from '../../../shared/manifest.ts'
import type { ManifestHeader, ManifestImage } from '../../../shared/manifest.ts'
import type { Database } from '../../storage/database.ts'
import type { OpenProject } from '../context.ts'
import { manifestLines } from './plan.ts'

interface Place {
  readonly folder: string
  readonly path: string
}

/** Brings the places in a run's list of images in line with the project. Names, contents, classes and splits, which decide its numbers, stay.
 * @param folder the run's
 * @throws AppError 'not-found', 'bad-data' where there is no such list; 'no-access', 'disk-full' */
export async function bringPlaces({ db }: OpenProject, folder: string): Promise<void> {
  const file = join(folder, manifestFileName)
  const images: ManifestImage[] = []
  const roots: string[] = []
  let header: ManifestHeader | null = null
  let moved = false
  try {
    const list = await open(file)
    try {
      for await (const line of list.readLines()) {
        if (!header) {
          header = manifestHeaderSchema.parse(JSON.parse(line))
          continue
        }
        const { at, ...image } = manifestImageSchema.parse(JSON.parse(line))
        const before: Place = { folder: header.roots[image.root] ?? '', path: at ?? image.path }
        const now = placeOf(db, image.id) ?? before
        moved ||= now.folder !== before.folder || now.path !== before.path
        if (!roots.includes(now.folder)) roots.push(now.folder)
        images.push({ ...image, root: roots.indexOf(now.folder), ...(now.path !== image.path && { at: now.path }) })
      }
    } finally {
      await list.close()
    }
  } catch (error) {
    const failure = fileError(error, 'read', file)
    throw failure ?? new AppError('bad-data', `${file}: expected a run's list of images, found something else`, { cause: error })
  }
  if (header && moved) await writeFileAtomic(file, manifestLines({ header: { ...header, roots }, images }))
}

/** Null for an image that the project no longer has. */
export function placeOf(db: Database, image: number): Place | null {
  const sql = 'SELECT sources.folder, images.path FROM images JOIN sources ON sources.id = images.source WHERE images.id = ?'
  return db.get<Place>(sql, image) ?? null
}
