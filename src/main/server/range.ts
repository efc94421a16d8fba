// Range requests (RFC 9110, 14): one range of bytes; several at a time are answered with the whole, as the standard allows.

/** First and last byte. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** @returns null = the whole file; 'unsatisfiable' = nothing of the file lies in the range */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return null
  return start >= size ? 'unsatisfiable' : { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}
