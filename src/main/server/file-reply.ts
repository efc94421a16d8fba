// Answers with a file or bytes and a validator: 304 where the client has them already, a range where it asks for one.
import type { Asked, Reply } from './asked.ts'
import type { OpenFile } from './inside.ts'
import { rangeOf } from './range.ts'

/** The client holds this version. To be asked before the work. */
export function isFresh({ header }: Asked, etag: string): boolean {
  const known = header('if-none-match')
  if (known === undefined) return false
  return known.trim() === '*' || known.split(',').some((entry) => entry.trim().replace(/^W\//, '') === etag)
}

export function unchanged(headers: Reply['headers']): Reply {
  return { status: 304, headers, body: null }
}

/** Changes whenever the file does, as far as its size and time tell. */
function fileTag({ stats }: OpenFile): string {
  return `"${stats.size.toString(36)}-${Math.round(stats.mtimeMs * 1000).toString(36)}"`
}

/** Bytes that are there already. */
export function bytesReply({ isHead }: Asked, bytes: Uint8Array, headers: Reply['headers']): Reply {
  return { status: 200, headers: { ...headers, 'Content-Length': bytes.byteLength }, body: isHead ? null : bytes }
}

/** Takes the file over: it is closed when the answer is through. */
export async function fileReply(asked: Asked, file: OpenFile, more: Reply['headers']): Promise<Reply> {
  const { handle, stats } = file
  const etag = fileTag(file)
  const headers = { ...more, ETag: etag, 'Accept-Ranges': 'bytes' }
  const without = async (status: number, own: Reply['headers']): Promise<Reply> => {
    await handle.close()
    return { status, headers: { ...headers, ...own }, body: null }
  }
  if (isFresh(asked, etag)) return without(304, {})
  // A range of another version would be no part of this one.
  const condition = asked.header('if-range')
  const range = condition === undefined || condition === etag ? rangeOf(asked.header('range'), stats.size) : null
  if (range === 'unsatisfiable') return without(416, { 'Content-Range': `bytes */${stats.size}`, 'Content-Length': 0 })
  const { start, end } = range ?? { start: 0, end: stats.size - 1 }
  const own = { 'Content-Length': end - start + 1, ...(range && { 'Content-Range': `bytes ${start}-${end}/${stats.size}` }) }
  const status = range ? 206 : 200
  if (asked.isHead || stats.size === 0) return without(status, own)
  return { status, headers: { ...headers, ...own }, body: handle.createReadStream({ start, end }) }
}
