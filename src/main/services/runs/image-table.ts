// The images of a project as training needs them, read in parts so that the server goes on answering.
import { setImmediate } from 'node:timers/promises'
import type { Split } from '../../../shared/contract/domain.ts'
import type { OpenProject } from '../context.ts'

export interface TableImage {
  readonly id: number
  /** Index into `sources`. */
  readonly source: number
  readonly path: string
  readonly bytes: number
  /** Hexadecimal; null where the file could not be read. */
  readonly hash: string | null
  /** Id of the class. */
  readonly class: number | null
  readonly split: Split | null
}

export interface ImageTable {
  readonly classes: readonly { readonly id: number; readonly name: string }[]
  readonly sources: readonly { readonly id: number; readonly folder: string }[]
  /** Files that are there and can be read, sorted by source and path. */
  readonly images: readonly TableImage[]
  /** Left out. */
  readonly missing: number
  readonly unreadable: number
  /** Labelled ones whose content is another than when the label was given. */
  readonly changed: number
}

interface ImageRow {
  id: number
  source: number
  path: string
  bytes: number
  hash: Uint8Array | null
  class: number | null
  split: Split | null
  state: 'present' | 'missing' | 'changed' | 'unreadable'
}

const part = 2000

export async function readImageTable({ db }: OpenProject): Promise<ImageTable> {
  const classes = db.all<{ id: number; name: string }>('SELECT id, name FROM classes ORDER BY position, id')
  const sources = db.all<{ id: number; folder: string }>('SELECT id, folder FROM sources ORDER BY id')
  const sourceIndex = new Map(sources.map(({ id }, index) => [id, index]))
  const images: TableImage[] = []
  const counts = { missing: 0, unreadable: 0, changed: 0 }
  for (let after = 0; ;) {
    const rows = db.all<ImageRow>(
      'SELECT id, source, path, bytes, hash, class, split, state FROM images WHERE id > ? AND excluded = 0 ORDER BY id LIMIT ?',
      after,
      part,
    )
    for (const { id, source, path, bytes, hash, class: label, split, state } of rows) {
      if (state === 'missing' || state === 'unreadable') {
        counts[state]++
        continue
      }
      if (state === 'changed' && label !== null) counts.changed++
      const place = sourceIndex.get(source) ?? 0
      images.push({ id, source: place, path, bytes, hash: hash && Buffer.from(hash).toString('hex'), class: label, split })
    }
    if (rows.length < part) break
    after = rows.at(-1)?.id ?? after
    await setImmediate()
  }
  images.sort((a, b) => a.source - b.source || (a.path < b.path ? -1 : 1))
  return { classes, sources, images, ...counts }
}
