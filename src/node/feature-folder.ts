// Where features of images are stored, shared by all runs, and how they go again: they can always be computed anew.
import { existsSync, readdirSync } from 'node:fs'
import { readdir, rm, stat, statfs, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `SELF_TUNING_CACHE` if set, else the platform's folder for files that can be made again. */
export function featureFolder(): string {
  const { SELF_TUNING_CACHE: chosen, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (chosen) return chosen
  const base =
    process.platform === 'win32'
      ? (LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : (XDG_CACHE_HOME ?? join(homedir(), '.cache'))
  return join(base, 'self-tuning-studio', 'features')
}

/** A file of features: of some images, for one network and size. */
interface Stored {
  readonly path: string
  readonly bytes: number
  /** When they were last asked for, in ms. */
  readonly usedAt: number
}

/** A run that goes on may ask again for what it asked for since then. */
const dayMs = 24 * 60 * 60 * 1000

/** Whatever the disk, as much as many projects need. */
const mostBytes = 20e9

/** Files of features in the folder of one key; none where it is not there. */
export function featureFiles(place: string): string[] {
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => name.endsWith('.features') && !name.startsWith('.'))
  return names.sort().map((name) => join(place, name))
}

/** Notes that the features of a file are in use. */
export async function useFeatures(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now).catch(() => undefined)
}

/** Bytes of all stored features. */
export async function featureBytes(folder: string): Promise<number> {
  return (await list(folder)).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Deletes all stored features. What a run has open stays readable to it. A file that a program holds open on Windows stays for the next time. */
export async function deleteFeatures(folder: string): Promise<void> {
  for (const stored of await list(folder)) await remove(stored)
}

/** Where they take more than a tenth of the disk, or 20 GB, deletes the features that were not asked for the longest; never those of the last day.
 * @param limit in bytes */
export async function trimFeatures(folder: string, limit?: number): Promise<void> {
  const most = limit ?? (await usualLimit(folder))
  const all = (await list(folder)).sort((a, b) => a.usedAt - b.usedAt)
  let total = all.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const stored of all) {
    if (total <= most || Date.now() - stored.usedAt < dayMs) return
    await remove(stored)
    total -= stored.bytes
  }
}

async function usualLimit(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => null)
  return disk ? Math.min(mostBytes, (disk.blocks * disk.bsize) / 10) : mostBytes
}

/** Folders and files that are named as ours alone: the folder may have been chosen by a person who keeps other things there. */
async function list(folder: string): Promise<Stored[]> {
  if (!existsSync(folder)) return []
  const keys = (await readdir(folder)).filter((name) => /^[0-9a-f]{24}$/.test(name))
  const paths = keys.flatMap((key) => featureFiles(join(folder, key)))
  const found = paths.map(async (path): Promise<Stored | null> => {
    const facts = await stat(path).catch(() => null)
    return facts && { path, bytes: facts.size, usedAt: facts.mtimeMs }
  })
  return (await Promise.all(found)).filter((stored) => stored !== null)
}

async function remove({ path }: Stored): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined)
}
