// Folders to choose from, inside the allowed roots, wherever links lead.
import type { Dirent } from 'node:fs'
import { opendir, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { isAtOrBelow } from '../../../node/inside.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import { isPictureName } from '../../../shared/picture-names.ts'
import { holdsProject, mustBeAbsolute } from '../projects/folder.ts'
import { outside } from './roots.ts'
import type { Places } from './roots.ts'

type Listing = Awaited<ReturnType<Handlers['system']['browse']>>
type Entry = Listing['entries'][number]

/** Files that can be chosen for something: backbones, labels. */
const choosable = new Set(['.onnx', '.safetensors', '.pth', '.pt', '.ckpt', '.tar', '.bin', '.csv', '.txt'])
/** Folders looked into at once, and entries looked at in each. */
const limits = { atOnce: 8, inside: 1000 }
/** Milliseconds for counting images: after that the numbers are left out. */
const patience = 500

/** @param folder absent = the roots
 * @throws AppError 'forbidden' outside the roots, 'not-found', 'no-access' */
export async function browse(places: Places, folder: string | undefined): Promise<Listing> {
  const { roots } = places
  const allowed = await realRoots(roots)
  const until = performance.now() + patience
  if (folder === undefined) {
    const entries = await inBatches(allowed, (root) => describe(allowed, root, root, until))
    return { folder: null, parent: null, entries }
  }
  mustBeAbsolute('folder', folder)
  const real = await resolved(folder)
  // The same answer for what is not there and what may not be seen.
  if (real === null || !isInside(allowed, real)) {
    if (isInside([...roots, ...allowed], folder)) throw new AppError('not-found', `${folder}: expected a folder, found nothing there`)
    throw outside(places, folder)
  }
  const found = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, 'list', folder) ?? error
  })
  const names = found.filter(mayBeChosen).map(({ name }) => name)
  names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
  const entries = await inBatches(names, (name) => describe(allowed, join(real, name), name, until))
  const parent = dirname(real)
  return { folder: real, parent: parent !== real && isInside(allowed, parent) ? parent : null, entries }
}

async function realRoots(roots: readonly string[]): Promise<string[]> {
  const found = await Promise.all(roots.map(resolved))
  return [...new Set(found.filter((root) => root !== null))]
}

/** Null where there is nothing, or nothing that may be read. */
function resolved(path: string): Promise<string | null> {
  return realpath(path).catch(() => null)
}

function isInside(roots: readonly string[], path: string): boolean {
  return roots.some((root) => isAtOrBelow(root, path))
}

function mayBeChosen(entry: Dirent): boolean {
  return !entry.name.startsWith('.') && (!entry.isFile() || isChoosable(entry.name))
}

function isChoosable(name: string): boolean {
  return choosable.has(extname(name).toLowerCase())
}

/** Null for what is not to be chosen: other files, links that lead outside. */
async function describe(roots: readonly string[], path: string, name: string, until: number): Promise<Entry | null> {
  const real = await resolved(path)
  if (real === null || !isInside(roots, real)) return null
  const found = await stat(real).catch(() => null)
  if (found?.isFile() && isChoosable(name)) return { name, path: real, kind: 'file', images: null }
  if (!found?.isDirectory()) return null
  const kind = (await holdsProject(real)) ? 'project' : 'folder'
  return { name, path: real, kind, images: await countImages(real, until) }
}

/** Images directly in a folder, among its first entries; null where that cannot be told in time. */
async function countImages(folder: string, until: number): Promise<number | null> {
  if (performance.now() > until) return null
  try {
    let count = 0
    let seen = 0
    for await (const entry of await opendir(folder)) {
      if (isPictureName(entry.name)) count++
      if (++seen >= limits.inside) break
    }
    return count
  } catch {
    return null
  }
}

async function inBatches<T>(items: readonly T[], look: (item: T) => Promise<Entry | null>): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let i = 0; i < items.length; i += limits.atOnce) {
    const found = await Promise.all(items.slice(i, i + limits.atOnce).map(look))
    entries.push(...found.filter((entry) => entry !== null))
  }
  return entries
}
