// Files from the person's machine: which of them are handed over to the services, and why the others are not.
import { isLabelTableName } from '../../shared/label-table.ts'
import { isHiddenName, isPictureName, maxPictureBytes, unreadableEndings } from '../../shared/picture-names.ts'

/** A file with the folders that it was dropped in, `cats/1.jpg`. Where one folder was dropped, its own name is not among them: it is no class. */
export interface LocalFile {
  readonly path: string
  readonly file: File
}

/** `file` is null for what the browser could not read, a folder too. */
export interface FoundFile extends Pick<LocalFile, 'path'> {
  readonly file: File | null
}

/** `unsupported`: an image of a type that nothing here decodes; `other`: no image; `name`: one that the services do not keep. */
export const reasons = ['too-large', 'unreadable', 'name', 'unsupported', 'other'] as const

export interface LeftOut {
  readonly path: string
  readonly reason: (typeof reasons)[number]
}

export interface SortedFiles {
  readonly pictures: readonly LocalFile[]
  /** That may tell labels. */
  readonly tables: readonly LocalFile[]
  /** Without hidden and system files: nobody meant them. */
  readonly left: readonly LeftOut[]
}

export function sortFiles(found: readonly FoundFile[]): SortedFiles {
  const [pictures, tables, left]: [LocalFile[], LocalFile[], LeftOut[]] = [[], [], []]
  for (const { path, file } of found) {
    if (path.split('/').some(isHiddenName)) continue
    if (file === null) left.push({ path, reason: 'unreadable' })
    else if (!isPictureName(path) && !isLabelTableName(path)) left.push({ path, reason: isUnsupported(path) ? 'unsupported' : 'other' })
    else if (file.size > maxPictureBytes) left.push({ path, reason: 'too-large' })
    else (isPictureName(path) ? pictures : tables).push({ path, file })
  }
  return { pictures, tables, left }
}

/** What follows the last dot, with it, in lower case. */
export function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.')).toLowerCase()
}

function isUnsupported(path: string): boolean {
  return unreadableEndings.some((ending) => ending === endingOf(path))
}
