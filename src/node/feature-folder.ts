// Where features of images are stored, shared by all runs, and how they go again: they can always be computed anew.
import { existsSync } from 'node:fs'
import { readdir, rm, rmdir, stat, statfs, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from './files.ts'

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

/** The features of one key: files in a folder below. */
interface Stored {
  readonly folder: string
  readonly files: readonly string[]
  readonly bytes: number
  /** When they were last asked for, in ms. */
  readonly usedAt: number
}

/** A run that goes on may still read what was asked for since then. */
const dayMs = 24 * 60 * 60 * 1000

/** Whatever the disk, as much as many projects need. */
const mostBytes = 20e9

/** Makes the folder of a key where it is missing, and notes that its features are in use. */
export async function useFeatures(folder: string, key: string): Promise<string> {
  const place = join(folder, key)
  await makeFolder(place)
  const now = new Date()
  await utimes(place, now, now).catch(() => undefined)
  return place
}

/** Bytes of all stored features. */
export async function featureBytes(folder: string): Promise<number> {
  return (await list(folder)).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Deletes all stored features. What a run has open stays readable to it. */
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
    if (total <= most || isRecent(stored)) return
    await remove(stored)
    total -= stored.bytes
  }
}

async function usualLimit(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder)
  return Math.min(mostBytes, (blocks * bsize) / 10)
}

function isRecent({ usedAt }: Stored): boolean {
  return Date.now() - usedAt < dayMs
}

/** Folders and files that are named as ours alone: the folder may have been chosen by a person who keeps other things there. */
async function list(folder: string): Promise<Stored[]> {
  if (!existsSync(folder)) return []
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{24}$/.test(name))
  const found = names.map(async (name): Promise<Stored> => {
    const place = join(folder, name)
    const inside = await readdir(place).catch(() => [])
    const files = inside.filter((file) => /\.features(\.[0-9a-f-]{36}\.tmp)?$/.test(file)).map((file) => join(place, file))
    const sizes = files.map((file) => stat(file).then(({ size }) => size, () => 0)) // prettier-ignore
    const usedAt = await stat(place).then(({ mtimeMs }) => mtimeMs, () => 0) // prettier-ignore
    return { folder: place, files, bytes: (await Promise.all(sizes)).reduce((a, b) => a + b, 0), usedAt }
  })
  return Promise.all(found)
}

/** A folder in use stays, and a file that is being written there. One that a program holds open on Windows stays too, for the next time. */
async function remove(stored: Stored): Promise<void> {
  const isInUse = isRecent(stored)
  for (const file of stored.files) if (!isInUse || !file.endsWith('.tmp')) await rm(file, { force: true }).catch(() => undefined)
  if (!isInUse) await rmdir(stored.folder).catch(() => undefined)
}
