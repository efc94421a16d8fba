// Takes single files out of a Python wheel, a zip archive that lists the hashes of its own content.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { makeFolder } from '../../../node/files.ts'
import { fileError } from '../../../node/file-error.ts'
import { AppError } from '../../../shared/errors.ts'
import { dirname } from 'node:path'

export interface Extraction {
  /** Where an entry goes, from the folder on; null = nowhere. Separated by `/`. */
  readonly place: (entry: string) => string | null
  readonly folder: string
  readonly signal: AbortSignal
  readonly onBytes?: (bytes: number) => void
}

/** @returns the files that were written, from the folder on
 * @throws AppError 'bad-data' if the content is not what the wheel's list says, 'disk-full', 'no-access', 'stopped' */
export async function extract(file: string, { place, folder, signal, onBytes }: Extraction): Promise<string[]> {
  return withWheel(file, async (zip, entries) => {
    const hashes = await hashesOf(file, zip, entries)
    const written: string[] = []
    let bytes = 0
    for (const entry of entries) {
      const to = place(entry.fileName)
      if (to === null) continue
      const expected = hashes.get(entry.fileName)
      if (expected === undefined) throw broken(file, `expected ${entry.fileName} in its list of hashes, found none`)
      const hash = createHash('sha256')
      const count = new Transform({
        transform: (chunk: Buffer, _, done) => {
          hash.update(chunk)
          onBytes?.((bytes += chunk.length))
          done(null, chunk)
        },
      })
      const path = join(folder, ...to.split('/'))
      try {
        await makeFolder(dirname(path))
        await pipeline(await zip.openReadStreamPromise(entry), count, createWriteStream(path, { flush: true }), { signal })
      } catch (error) {
        if (signal.aborted) throw new AppError('stopped', `${file}: stopped`)
        throw fileError(error, 'write', path) ?? broken(file, `${entry.fileName}: ${String(error)}`)
      }
      const found = hash.digest('base64url')
      if (found !== expected) throw broken(file, `${entry.fileName}: expected SHA-256 ${expected}, found ${found}`)
      written.push(to)
    }
    return written
  })
}

/** What a wheel needs beside itself for one of its extras, as its package manager is asked for it. */
export async function requirements(file: string, extra: string): Promise<string[]> {
  return withWheel(file, async (zip, entries) => {
    const lines = (await textOf(file, zip, entries, 'METADATA')).split('\n')
    const pattern = new RegExp(`^Requires-Dist: ([^;]+?) *;.*extra == ["']${extra}["']`)
    return lines.flatMap((line) => pattern.exec(line)?.[1]?.replaceAll(/[() ]/g, '') ?? [])
  })
}

/** Uncompressed size of what `place` takes. */
export async function extractedBytes(file: string, place: Extraction['place']): Promise<number> {
  return withWheel(file, (_, entries) =>
    Promise.resolve(entries.filter(({ fileName }) => place(fileName) !== null).reduce((sum, entry) => sum + entry.uncompressedSize, 0)),
  )
}

async function withWheel<T>(file: string, work: (zip: ZipFile, entries: readonly Entry[]) => Promise<T>): Promise<T> {
  let zip: ZipFile | null = null
  try {
    zip = await openPromise(file, { autoClose: false })
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.push(entry)
    return await work(zip, entries)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw fileError(error, 'read', file) ?? broken(file, `expected a wheel, found: ${String(error)}`)
  } finally {
    zip?.close()
  }
}

/** SHA-256 by file, base64url. Names with commas are quoted there; none of ours is. */
async function hashesOf(file: string, zip: ZipFile, entries: readonly Entry[]): Promise<Map<string, string>> {
  const rows = (await textOf(file, zip, entries, 'RECORD')).split('\n').map((line) => /^([^,"]+),sha256=([^,]+),/.exec(line))
  return new Map(rows.flatMap((row) => (row?.[1] !== undefined && row[2] !== undefined ? [[row[1], row[2]] as const] : [])))
}

async function textOf(file: string, zip: ZipFile, entries: readonly Entry[], name: string): Promise<string> {
  const entry = entries.find(({ fileName }) => new RegExp(`^[^/]+\\.dist-info/${name}$`).test(fileName))
  if (!entry) throw broken(file, `expected a wheel with ${name}, found none`)
  const parts: Buffer[] = []
  for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function broken(file: string, what: string): AppError {
  return new AppError('bad-data', `${file}: ${what}`, { details: { path: file } })
}
