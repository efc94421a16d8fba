// Identity of images by content, for caches and for the record of a run.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import type { ImageSet } from '../../core/data/image-set.ts'

/** Files up to twice this size are hashed whole, larger ones by their size and this much of either end: every change that an image
 * editor or camera makes shows there, and a folder of large photos is hashed at a few hundred files a second. */
const endBytes = 128 * 1024

/** SHA-256 (hex, 32 digits) of a file's size and content, of a large file's its two ends.
 * @throws DataError if it cannot be read. */
async function fingerprint(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const part = async (position: number, length: number): Promise<void> => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
        hash.update(buffer.subarray(0, bytesRead))
      }
      hash.update(`${size}\0`)
      if (size <= 2 * endBytes) await part(0, size)
      else {
        await part(0, endBytes)
        await part(size - endBytes, endBytes)
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new DataError('no-access', path, `cannot be read (${messageOf(error)})`, { cause: error })
  }
  return hash.digest('hex').slice(0, 32)
}

/** Hashes of images of a set, by their numbers; null for one that cannot be read. A few files at a time. */
export async function hashImages(set: ImageSet, indices: readonly number[], signal?: AbortSignal): Promise<Map<number, string | null>> {
  const hashes = new Map<number, string | null>()
  const queue = indices.values()
  const work = async (): Promise<void> => {
    for (const index of queue) {
      signal?.throwIfAborted()
      hashes.set(index, await fingerprint(join(set.root, set.images[index]?.path ?? '')).catch(() => null))
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return hashes
}

/** One hash for a whole set: names, classes, splits and contents. Unreadable files count by name. */
export async function hashImageSet(set: ImageSet, signal?: AbortSignal): Promise<string> {
  const hashes = await hashImages(set, [...set.images.keys()], signal)
  const hash = createHash('sha256').update(JSON.stringify(set.classes))
  for (const [index, image] of set.images.entries()) hash.update(JSON.stringify([image.path, image.class, image.split, hashes.get(index)]))
  return hash.digest('hex')
}
