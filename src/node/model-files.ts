// What a model consists of on the disk: its file, its external data, and a hash of all of it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileError } from './file-error.ts'

export interface ModelFiles {
  readonly bytes: number
  /** Of the file; where there is external data, of all the files' names and contents. */
  readonly sha256: string
}

/** @param dataFiles external data, relative to the folder of the file */
export async function hashModel(path: string, dataFiles: readonly string[]): Promise<ModelFiles> {
  const own = await hashFile(path)
  if (dataFiles.length === 0) return own
  const folder = dirname(await realpath(path))
  const all = createHash('sha256').update(own.sha256)
  let { bytes } = own
  for (const name of [...dataFiles].sort()) {
    const part = await hashFile(join(folder, name))
    all.update(JSON.stringify([name, part.sha256]))
    bytes += part.bytes
  }
  return { bytes, sha256: all.digest('hex') }
}

async function hashFile(path: string): Promise<ModelFiles> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
      }
    })
  } catch (error) {
    throw fileError(error, 'read', path) ?? error
  }
  return { bytes, sha256: hash.digest('hex') }
}
