// Opens a file that has to lie inside a folder, wherever symbolic links lead.
import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { realPathBelow } from '../../node/inside.ts'

export interface OpenFile {
  readonly handle: FileHandle
  readonly stats: Stats
}

/** Null where there is no such file, where it lies outside, and where it is no plain file: callers cannot tell which.
 * @param path relative to the folder, with forward slashes */
export async function openInside(folder: string, path: string): Promise<OpenFile | null> {
  if (path.includes('\0')) return null
  try {
    const file = await realPathBelow(folder, path)
    if (file === null) return null
    // Not through a link that has been put there since; and a pipe must not keep us waiting.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = await handle.stat()
    if (stats.isFile()) return { handle, stats }
    await handle.close()
    return null
  } catch {
    return null
  }
}
