// Every usable image file under a folder, in a fixed order, and the reason for each file that is passed over.
import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import { byCodeUnits, type SkippedFile } from '../../core/data/image-set.ts'
import { isAtOrBelow } from '../../node/inside.ts'
import { isHiddenName, pictureEndings, unreadableEndings } from '../../shared/picture-names.ts'

const readable = new Set<string>(pictureEndings)
const unreadable = new Set<string>(unreadableEndings)

export interface FoundFile {
  /** Relative to the root, forward slashes. */
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970, whole. */
  readonly modifiedAt: number
}

export interface Walk {
  /** Image files by path order. */
  readonly images: readonly FoundFile[]
  /** Other files that may describe the images (.csv, .txt), by path order. */
  readonly texts: readonly string[]
  readonly skipped: readonly SkippedFile[]
}

export interface WalkOptions {
  /** Absolute real paths of folders that are left out without a word. */
  readonly except?: readonly string[]
  readonly signal?: AbortSignal
}

/** Requests to the file system at a time: enough for a slow network drive, few enough for folders of a million files. */
const inFlight = 512

/** Reads a folder and everything below it. Links to files inside the folder count as files; links that lead out of it, and links to
 * folders (which could repeat images or run in circles), are passed over.
 * @throws DataError if the root is missing, not a folder or unreadable. */
export async function walk(root: string, { except = [], signal }: WalkOptions = {}): Promise<Walk> {
  const home = await requireFolder(root)
  const images: FoundFile[] = []
  const texts: string[] = []
  const skipped: SkippedFile[] = []

  const visitFile = async (path: string, linked: boolean): Promise<void> => {
    const extension = extname(path).toLowerCase()
    if (readable.has(extension)) {
      const { size, mtimeMs } = await (linked ? stat : lstat)(join(home, path))
      images.push({ path, bytes: size, modifiedAt: Math.floor(mtimeMs) })
    } else if (extension === '.csv' || extension === '.txt') texts.push(path)
    else if (unreadable.has(extension)) skipped.push({ path, reason: `images of type ${extension} cannot be read; save it as JPEG or PNG` })
    else skipped.push({ path, reason: extension === '' ? 'not an image (no file extension)' : `not an image (${extension})` })
  }

  const visitLink = async (path: string): Promise<void> => {
    const target = await realpath(join(home, path)).catch(() => null)
    if (target === null) skipped.push({ path, reason: 'symbolic link to nothing' })
    else if (!isAtOrBelow(home, target)) skipped.push({ path, reason: 'symbolic link that leaves the folder' })
    else if ((await stat(target)).isDirectory()) skipped.push({ path, reason: 'symbolic link to a folder' })
    else await visitFile(path, true)
  }

  const visit = async (entry: Dirent, path: string): Promise<void> => {
    try {
      if (isHiddenName(entry.name)) skipped.push({ path, reason: 'hidden or system file' })
      else if (entry.isSymbolicLink()) await visitLink(path)
      else if (entry.isFile()) await visitFile(path, false)
      else if (!entry.isDirectory()) skipped.push({ path, reason: 'neither a file nor a folder' })
    } catch (error) {
      skipped.push({ path, reason: unusable(path, error) })
    }
  }

  const visitFolder = async (folder: string): Promise<void> => {
    signal?.throwIfAborted()
    const entries = await readdir(join(home, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw new DataError('no-access', root, `cannot be read (${messageOf(error)})`, { cause: error })
      skipped.push({ path: folder, reason: unusable(folder, error) })
      return []
    })
    const pathOf = ({ name }: Dirent): string => (folder === '' ? name : `${folder}/${name}`)
    for (let from = 0; from < entries.length; from += inFlight) {
      signal?.throwIfAborted()
      await Promise.all(entries.slice(from, from + inFlight).map((entry) => visit(entry, pathOf(entry))))
    }
    for (const entry of entries)
      if (entry.isDirectory() && !isHiddenName(entry.name) && !except.includes(join(home, pathOf(entry)))) await visitFolder(pathOf(entry))
  }

  await visitFolder('')
  images.sort((a, b) => byCodeUnits(a.path, b.path))
  skipped.sort((a, b) => byCodeUnits(a.path, b.path))
  // Names that are no text become the same text: of such a file and one that is really called so, one is left.
  const distinct = images.filter(({ path }, i) => path !== images[i - 1]?.path)
  return { images: distinct, texts: texts.sort(byCodeUnits), skipped }
}

/** The real path of a folder.
 * @throws DataError if it is missing or not a folder. */
export async function requireFolder(root: string): Promise<string> {
  const found = await stat(root).catch((error: unknown) => {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw missing
      ? new DataError('not-found', root, 'expected a folder of images, found nothing there', { cause: error })
      : new DataError('no-access', root, `expected a folder of images, but it cannot be read (${messageOf(error)})`, { cause: error })
  })
  if (!found.isDirectory()) throw new DataError('bad-data', root, 'expected a folder of images, found a file')
  return realpath(root)
}

/** Why a name that a folder lists leads nowhere. Node replaces bytes that are no UTF-8, and the replaced name is not on the disk. */
function unusable(path: string, error: unknown): string {
  return path.includes('\ufffd') ? 'its name is not valid text (UTF-8); rename it' : `cannot be read (${messageOf(error)})`
}
