// What a source holds after a scan, for the report.
import { setImmediate } from 'node:timers/promises'
import type { ImportReport } from '../../../shared/contract/task-results.ts'
import type { Database } from '../../storage/database.ts'

export type SourceSummary = Pick<
  ImportReport,
  'found' | 'unreadable' | 'duplicates' | 'labelled' | 'formats' | 'bytes' | 'shortSide' | 'skipped'
>

interface Row {
  readonly id: number
  readonly hash: Uint8Array | null
  readonly bytes: number
  readonly format: string
  readonly width: number
  readonly height: number
  readonly state: string
  readonly class: number | null
}

const pageSize = 5000

/** Counts the images whose files are there. Page by page, so that nobody waits for it. */
export async function summarise(db: Database, source: number): Promise<SourceSummary> {
  const summary = { found: 0, unreadable: 0, duplicates: 0, labelled: 0, bytes: 0 }
  const formats = new Map<string, number>()
  const contents = new Set<string>()
  let smallest = Infinity
  let largest = 0
  for (let after = 0; ;) {
    const rows = db.all<Row>(
      `SELECT id, hash, bytes, format, width, height, state, class FROM images
       WHERE source = ? AND id > ? AND state <> 'missing' AND excluded = 0 ORDER BY id LIMIT ${pageSize}`,
      source,
      after,
    )
    for (const { hash, bytes, format, width, height, state, class: label } of rows) {
      summary.found++
      summary.bytes += bytes
      if (label !== null) summary.labelled++
      if (hash) {
        const content = Buffer.from(hash.buffer, hash.byteOffset, 16).toString('latin1')
        if (contents.has(content)) summary.duplicates++
        else contents.add(content)
      }
      if (state === 'unreadable') summary.unreadable++
      else {
        formats.set(format, (formats.get(format) ?? 0) + 1)
        smallest = Math.min(smallest, width, height)
        largest = Math.max(largest, Math.min(width, height))
      }
    }
    const last = rows.at(-1)
    if (!last) break
    after = last.id
    await setImmediate()
  }
  const skipped = db.get<{ n: number }>('SELECT count(*) AS n FROM skipped WHERE source = ?', source)?.n ?? 0
  return { ...summary, skipped, formats: Object.fromEntries(formats), shortSide: largest === 0 ? null : { smallest, largest } }
}
