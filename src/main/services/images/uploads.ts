// Images and tables of their labels that were handed over by a browser: each batch in a folder of its own below the project, until a source takes it,
// or the project is opened when it has not changed for a day.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { isLabelTableName } from '../../../shared/label-table.ts'
import { isPictureName } from '../../../shared/picture-names.ts'
import type { Trash } from '../../trash.ts'
import type { OpenProject } from '../context.ts'
import { safeName } from '../labels/safe-name.ts'
import { sourceFolders } from '../projects/facts.ts'

/** Folders in one another. */
const deepest = 32
/** Milliseconds without a change after which nobody is still sending a batch. */
const day = 24 * 60 * 60 * 1000

/** @param batch 32 hexadecimal digits, with or without hyphens */
export function uploadFolder({ folder }: Pick<OpenProject, 'folder'>, batch: string): string {
  if (!isBatch(batch))
    throw new AppError('bad-option', `batch: expected 32 hexadecimal digits, found ${JSON.stringify(batch.slice(0, 50))}`)
  return join(uploadsOf(folder), batch)
}

/** Where a file goes in its batch, in names that every system takes. @param path relative, with forward slashes
 * @throws AppError 'bad-option' for a path that leads elsewhere or names neither an image nor a table */
export function uploadPath(path: string): string {
  const parts = path.split('/')
  const isPlain = parts.every((part) => part.trim() !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
  if (!isPlain || parts.length > deepest)
    throw new AppError('bad-option', `path: expected names with slashes between them, found ${JSON.stringify(path.slice(0, 200))}`)
  if (!isPictureName(path) && !isLabelTableName(path))
    throw new AppError('bad-option', `path: expected the name of an image or a CSV, found ${JSON.stringify(path.slice(0, 200))}`)
  return join(...parts.map((part) => safeName(part)))
}

/** Puts batches that became no source of the project, and are not still coming, into the trash. One whose name is in a source's place stays, wherever that place is, and all
 * of them do where a source's place was lost with a damaged database. @throws as the trash does: what it does not take stays, too */
export async function discardUnusedUploads({ folder, db }: Pick<OpenProject, 'folder' | 'db'>, toTrash: Trash): Promise<void> {
  const all = uploadsOf(folder)
  const batches = (await readdir(all).catch(() => [])).filter(isBatch)
  const sources = sourceFolders(db).map((folder) => folder.split(/[\\/]/))
  if (sources.some((parts) => parts.length < 2)) return
  const used = new Set(sources.flat())
  for (const batch of batches)
    if (!used.has(batch) && Date.now() - (await lastChange(join(all, batch))) > day) await toTrash(join(all, batch))
}

/** When the last file came into a folder or below it. */
async function lastChange(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  const facts = await Promise.all([folder, ...folders].map((each) => stat(each)))
  return facts.reduce((last, { mtimeMs }) => Math.max(last, mtimeMs), 0)
}

function isBatch(name: string): boolean {
  return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/.test(name)
}

function uploadsOf(project: string): string {
  return join(project, 'uploads')
}
