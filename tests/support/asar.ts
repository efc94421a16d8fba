// Reads an asar archive: a header of lengths, JSON that says where each file is, and the files.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>
  readonly offset?: string
  readonly size?: number
  readonly unpacked?: boolean
}

/** Contents by path; null for a file that lies beside the archive. */
export function readAsar(path: string): Map<string, Buffer | null> {
  const bytes = readFileSync(path)
  const base = 8 + bytes.readUInt32LE(4)
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as Entry
  const files = new Map<string, Buffer | null>()
  const walk = (entry: Entry, at: string): void => {
    for (const [name, child] of Object.entries(entry.files ?? {})) {
      const place = at === '' ? name : `${at}/${name}`
      const start = base + Number(child.offset)
      if (child.files) walk(child, place)
      else files.set(place, child.unpacked === true ? null : bytes.subarray(start, start + (child.size ?? 0)))
    }
  }
  walk(header, '')
  return files
}

export function extractAsar(path: string, into: string): void {
  for (const [place, content] of readAsar(path)) {
    if (!content) continue
    mkdirSync(dirname(join(into, place)), { recursive: true })
    writeFileSync(join(into, place), content)
  }
}
