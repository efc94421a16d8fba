// Cells of exported tables: RFC 4180, and nothing that a spreadsheet would take for a formula.

/**
 * Cells with a comma, quote or line end stand in quotes, quotes in them doubled. A cell that starts with = + - @, tab or line end (and any
 * apostrophes before it) gets an apostrophe in front: a spreadsheet then shows text and computes nothing. `fromCell` takes it off again.
 */
export function toCell(text: string): string {
  const safe = /^'*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line of a table. */
export function toRow(cells: readonly string[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

/** What `toCell` was given, after the quotes are off. */
export function fromCell(cell: string): string {
  return /^'+[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell
}
