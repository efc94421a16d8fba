// Where a project of a folder's images goes, and which one there is of them already.
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { safeName } from '../labels/safe-name.ts'
import { holdsProject, realFolder } from './folder.ts'

/** A name nobody would take. */
const mostTried = 10_000

/** A folder that is not there yet. @param name for people */
export async function freeFolder(parent: string, name: string): Promise<string> {
  const plain = safeName(name).trim()
  for (let i = 1; i < mostTried; i++) {
    const folder = join(parent, i === 1 ? plain : `${plain} ${i}`)
    const found = await stat(folder).catch((error: unknown) => (error as NodeJS.ErrnoException).code)
    if (found === 'ENOENT') return folder
    // Nothing below can be made or looked at: making it will say why.
    if (typeof found === 'string') return folder
  }
  throw new AppError('conflict', `${parent}: expected a free name like ${plain}, found ${mostTried} that are taken`)
}

export interface Proposal {
  readonly folder: string
  readonly name: string
  readonly existing: string | null
  readonly isProject: boolean
}

/** @param images folder of images; absent = an empty project
 * @param projectOf the project's folder whose source an image folder is
 * @throws AppError 'bad-option', 'not-found', 'no-access' for the folder of images */
export async function propose(
  parent: string,
  images: string | undefined,
  name: string | undefined,
  projectOf: (images: string) => Promise<string | null>,
): Promise<Proposal> {
  const real = images === undefined ? null : await realFolder(images)
  // A disk has no name of its own.
  const wanted = name ?? ((real === null ? '' : basename(real).slice(0, 200)) || 'Project')
  const folder = await freeFolder(parent, wanted)
  const isProject = real !== null && (await holdsProject(real))
  const existing = real === null ? null : isProject ? real : await projectOf(real)
  return { folder, name: name ?? basename(folder), existing, isProject }
}
