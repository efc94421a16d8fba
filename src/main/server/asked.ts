// A request for something to show or to save, and its answer, whoever carries them: HTTP, or the window's own protocol.
import type { Readable } from 'node:stream'

export interface Asked {
  /** Only the headers are wanted. */
  readonly isHead: boolean
  /** Decoded, e.g. `/images/<project>/7`. */
  readonly path: string
  readonly query: URLSearchParams
  /** By its name in lower case. */
  readonly header: (name: 'if-none-match' | 'if-range' | 'range') => string | undefined
}

export interface Reply {
  readonly status: number
  /** Beside the fixed ones (headers.ts), or in their place. */
  readonly headers: Readonly<Record<string, string | number>>
  /** A stream closes what it reads from when it ends or is destroyed. */
  readonly body: Uint8Array | Readable | null
}

/** Path and query of an address, or null where no file or method could have it. @param url from the path on */
export function targetOf(url: string): Pick<Asked, 'path' | 'query'> | null {
  const [path = '', query = ''] = url.split('?', 2)
  try {
    return path.startsWith('/') ? { path: decodeURIComponent(path), query: new URLSearchParams(query) } : null
  } catch {
    return null
  }
}
