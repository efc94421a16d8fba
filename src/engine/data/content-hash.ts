// Identity of images by content, for caches and for the record of a run.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import type { ImageSet } from '../../core/data/image-set.ts'

/** Larger JPEG files are hashed by their size and half as much of either end: other pixels anywhere give other bytes from there to the end,
 * and a folder of large photos is hashed at a few hundred files a second. In other formats two images can differ in the middle alone. */
const wholeBytes = 256 * 1024
/** Read at a time. */
const chunkBytes = 2 ** 20

/** SHA-256 (hex, 32 digits) of a file's size and content, of a large JPEG its two ends.
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
      if (size > wholeBytes && (await isJpeg(file))) {
        await part(0, wholeBytes / 2)
        await part(size - wholeBytes / 2, wholeBytes / 2)
      } else for (let position = 0; position < size; position += chunkBytes) await part(position, Math.min(chunkBytes, size - position))
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new DataError('no-access', path, `cannot be read (${messageOf(error)})`, { cause: error })
  }
  return hash.digest('hex').slice(0, 32)
}

/** By its first bytes: a name may say anything. */
async function isJpeg(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return buffer.readUInt16BE() === 0xffd8
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
