// Which files lie below a folder, wherever symbolic links lead.
import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** Both paths as `realpath` gives them, or else as they are compared: letter by letter. A folder is not below itself. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** The real path of a file; null where it lies outside the folder.
 * @param path relative to the folder
 * @throws errors of the file system */
export async function realPathBelow(folder: string, path: string): Promise<string | null> {
  const root = await realpath(folder)
  const file = await realpath(join(root, path))
  return isBelow(root, file) ? file : null
}
