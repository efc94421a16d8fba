// What a folder takes, and whether a disk has room.
import { readdir, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'

/** @param path what is to be written; the folder above it is there @throws AppError 'disk-full' */
export async function requireRoom(path: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(path)).catch(() => null)
  const free = disk ? disk.bavail * disk.bsize : Infinity
  if (free < bytes)
    throw new AppError('disk-full', `${path}: expected room for ${bytes} bytes, found ${free}`, {
      details: { path, expected: bytes, found: free },
    })
}

/** Bytes of the files in a folder and those below, which may come and go meanwhile; 0 if it is not there. */
export async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name)).then(({ size }) => size, () => 0)) // prettier-ignore
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0)
}
