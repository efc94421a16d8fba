// Files that must not replace any: written whole beside their place, then given their name.
import { link, rename, rm, stat } from 'node:fs/promises'
import { fileError } from '../node/file-error.ts'
import { besideOf, writeFileAtomic } from '../node/files.ts'
import type { Content } from '../node/files.ts'
import { AppError } from '../shared/errors.ts'

/** @throws AppError 'conflict' where there is something already */
export async function requireNothing(path: string): Promise<void> {
  if (await exists(path)) throw taken(path)
}

/** @throws AppError 'conflict' where there is something by now, 'no-access', 'disk-full'; nothing is left behind then */
export async function writeNewFile(path: string, content: AsyncIterable<Content>): Promise<void> {
  const temporary = besideOf(path)
  try {
    await writeFileAtomic(temporary, content)
    // A link is refused where there is a file by now; not every file system has links.
    await link(temporary, path).catch(async () => {
      await requireNothing(path)
      await rename(temporary, path)
    })
  } catch (error) {
    // Errors of the first step name the file that nobody knows.
    throw fileError(error instanceof AppError ? error.cause : error, 'write', path) ?? error
  } finally {
    await rm(temporary, { force: true })
  }
}

export function taken(path: string): AppError {
  return new AppError('conflict', `${path}: expected nothing there yet, found something; nothing is overwritten`, { details: { path } })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
