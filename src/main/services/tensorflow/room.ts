// Whether a disk has room.
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
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
