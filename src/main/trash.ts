// Deleting a folder so that it can be had back.
import { rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import trash from 'trash'
import { fileError } from '../node/file-error.ts'
import { stamp } from './storage/backups.ts'
import type { Log } from './services/context.ts'

/** Puts a file or folder into the system's trash. */
export type Trash = (path: string) => Promise<void>

export const systemTrash: Trash = (path) => trash(path, { glob: false })

/** Where there is no trash, as on some servers and drives, the folder gets another name beside its old one: nothing is ever removed for good.
 * @throws AppError 'no-access' where not even that can be done */
export async function discard(folder: string, toTrash: Trash, log: Log): Promise<void> {
  try {
    await toTrash(folder)
    return log.info(`${folder}: moved to the trash`)
  } catch (error) {
    const beside = join(dirname(folder), `${basename(folder)}.deleted-${stamp()}`)
    await rename(folder, beside).catch((failure: unknown) => {
      throw fileError(failure, 'delete', folder) ?? failure
    })
    log.error(`${folder}: there is no trash for it, so it is now ${beside}`, error)
  }
}
