// What somebody means who names a path to begin with.
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

/** The folder that is meant: itself, or that of a project's database. Null where there is none. */
export async function folderMeant(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) return path
  return found?.isFile() && basename(path) === 'project.db' ? dirname(path) : null
}
