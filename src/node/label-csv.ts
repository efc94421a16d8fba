// Rows and columns of a CSV of labels, whether it lies in a folder of images or is given by itself.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse'
import { parse as parseText } from 'csv-parse/sync'
import { AppError } from '../shared/errors.ts'
import { fromCell } from '../shared/csv.ts'
import { columnOf, delimiterOf, splitOf } from '../shared/label-table.ts'
import { fileError } from './file-error.ts'

export interface LabelColumns {
  readonly file: number
  readonly label: number
  readonly split: number | null
  /** Whether the first row only says what the columns are. */
  readonly hasHeader: boolean
}

/** Cells as they were meant, without space around them; empty where there is none. */
export interface LabelRow {
  readonly file: string
  readonly label: string
  readonly split: string
  /** 1-based, of the row's first line. */
  readonly line: number
}

/** Bytes in which the first row ends. */
const headSize = 65_536

/** The first row; empty where there is none.
 * @throws AppError 'bad-data' for what is no CSV, 'not-found', 'no-access' */
export async function readHead(path: string): Promise<readonly string[]> {
  try {
    const file = await open(path)
    try {
      const start = await startOf(file)
      // Read so far that it can be told from a table of something else.
      const isUtf16 = start[0] === 0xff && start[1] === 0xfe
      if (!isUtf16) requireUtf8(path, start)
      const text = start.toString(isUtf16 ? 'utf16le' : 'utf8')
      const [head] = parseText(text, { bom: true, delimiter: delimiterIn(text), skip_empty_lines: true, to: 1 })
      return head ?? []
    } finally {
      await file.close()
    }
  } catch (error) {
    throw problemOf(error, path)
  }
}

/** Null for a table of something else: one with no header for labels, whose first row names no image. */
export function labelColumns(head: readonly string[], isImage: (name: string) => boolean): LabelColumns | null {
  const file = columnOf(head, 'file')
  const label = columnOf(head, 'label')
  if (file !== null && label !== null) return { file, label, split: columnOf(head, 'split'), hasHeader: true }
  const [first, , third] = head
  if (first === undefined || head.length < 2 || !isImage(fromCell(first))) return null
  const hasSplit = third !== undefined && (third.trim() === '' || splitOf(third) !== null)
  return { file: 0, label: 1, split: hasSplit ? 2 : null, hasHeader: false }
}

/** One by one, without the header. Cells may be missing at the end of a row; there are none too many.
 * @throws AppError 'bad-data', with the line where a row is broken, 'not-found', 'no-access' */
export async function* readLabelRows(path: string, { file, label, split, hasHeader }: LabelColumns): AsyncGenerator<LabelRow> {
  try {
    const handle = await open(path)
    try {
      const start = await startOf(handle)
      requireUtf8(path, start)
      const delimiter = delimiterIn(start.toString('utf8'))
      const parser = parse({ bom: true, delimiter, skip_empty_lines: true, relax_column_count_less: true, info: true })
      const stream = handle.createReadStream({ start: 0, autoClose: false })
      stream.on('error', (error) => parser.destroy(error))
      let isHead = hasHeader
      for await (const record of stream.pipe(parser)) {
        const { record: cells, info } = record as { record: string[]; info: { lines: number } }
        const cell = (column: number | null): string => (column === null ? '' : fromCell(cells[column] ?? '').trim())
        // `lines` counts the last line of a record; quoted cells may span several.
        const line = info.lines - cells.join('').split('\n').length + 1
        if (!isHead) yield { file: cell(file), label: cell(label), split: cell(split), line }
        isHead = false
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw problemOf(error, path)
  }
}

async function startOf(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0)
  return buffer.subarray(0, bytesRead)
}

function requireUtf8(path: string, start: Buffer): void {
  if (start.includes(0)) throw new AppError('bad-data', `${path}: expected a CSV in UTF-8, found zero bytes (UTF-16, or no text at all)`)
}

function delimiterIn(text: string): string {
  return delimiterOf(text.slice(0, text.search(/[\r\n]|$/)))
}

function problemOf(error: unknown, path: string): unknown {
  if (error instanceof CsvError) return new AppError('bad-data', `${path}: ${error.message.replace(/\s+/g, ' ')}`, { cause: error })
  return fileError(error, 'read', path) ?? error
}
