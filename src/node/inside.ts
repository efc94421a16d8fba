// Which files lie below a folder, wherever symbolic links lead.
import { realpath } from 'node:fs/promises'
import native from 'node:path'

/** The way of writing paths: the system's, or another one's in tests. */
export type PathFlavour = Pick<typeof native, 'isAbsolute' | 'relative' | 'sep'>

/** From a folder to what lies below it, with forward slashes; null for everything else, the folder itself too. Both paths are absolute, and
 * as `realpath` gives them where links count. As systems compare them: on Windows, upper and lower case are the same. */
export function wayBelow(folder: string, path: string, flavour: PathFlavour = native): string | null {
  const way = flavour.relative(folder, path)
  if (way === '' || way === '..' || way.startsWith(`..${flavour.sep}`) || flavour.isAbsolute(way)) return null
  return way.replaceAll(flavour.sep, '/')
}

/** A folder is not below itself. */
export function isBelow(folder: string, path: string, flavour: PathFlavour = native): boolean {
  return wayBelow(folder, path, flavour) !== null
}

export function isAtOrBelow(folder: string, path: string, flavour: PathFlavour = native): boolean {
  return flavour.relative(folder, path) === '' || isBelow(folder, path, flavour)
}

/** The real path of a file; null where it lies outside the folder.
 * @param path relative to the folder
 * @throws errors of the file system */
export async function realPathBelow(folder: string, path: string): Promise<string | null> {
  const root = await realpath(folder)
  const file = await realpath(native.join(root, path))
  return isBelow(root, file) ? file : null
}
