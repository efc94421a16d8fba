// Rows and columns of a CSV of labels, whether it lies in a folder of images or is given by itself.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse'
import { parse as parseText } from 'csv-parse/sync'
import { AppError } from '../shared/errors.ts'
import { fromCell } from '../shared/csv.ts'
import { splitOf } from '../shared/label-table.ts'
import { fileError } from './file-error.ts'

/** Header names, compared without case, spaces, dashes and underscores. */
const columnNames = {
  file: ['file', 'filename', 'filepath', 'image', 'imagename', 'imagepath', 'imagefile', 'imageid', 'path'],
  label: ['label', 'class', 'classname', 'category', 'target', 'species'],
  split: ['split', 'set', 'subset'],
}

export interface LabelColumns {
  readonly file: number
  readonly label: number
  readonly split: number | null
  /** Whether the first row only says what the columns are. */
  readonly hasHeader: boolean
}

/** Cells as they were meant, without space around them; an empty label or null where there is none. */
export interface LabelRow {
  readonly file: string
  readonly label: string
  readonly split: ReturnType<typeof splitOf>
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

/** Index of a kind of column in a header, or null. */
function columnOf(header: readonly string[], kind: keyof typeof columnNames): number | null {
  const names = header.map((cell) => cell.toLowerCase().replace(/[\s_-]/g, ''))
  const position = columnNames[kind].map((name) => names.indexOf(name)).find((at) => at >= 0)
  return position ?? null
}

/** One by one, without the header. Cells may be missing at the end of a row; there are none too many.
 * @throws AppError 'bad-data', with the line where a row is broken, names no file or an unknown split; 'not-found', 'no-access' */
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
      let extra = 0
      for await (const record of stream.pipe(parser)) {
        const { record: cells, info } = record as { record: string[]; info: { lines: number } }
        const cell = (column: number | null): string => (column === null ? '' : fromCell(cells[column] ?? '').trim())
        // `lines` counts to the last line of a record, and each of the two characters that end a line in a quoted cell.
        const ends = cells.join(',').match(/[\r\n]/g)?.length ?? 0
        const line = info.lines - ends - extra
        extra += cells.join(',').match(/\r\n/g)?.length ?? 0
        if (!isHead) yield rowOf(path, line, { file: cell(file), label: cell(label), split: cell(split) })
        isHead = false
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw problemOf(error, path)
  }
}

function rowOf(path: string, line: number, { file, label, split }: Readonly<Record<keyof typeof columnNames, string>>): LabelRow {
  const fail = (expected: string): never => {
    throw new AppError('bad-data', `${path}: line ${line}: expected ${expected}`)
  }
  if (file === '') fail('the name of an image file, found an empty cell')
  const found = splitOf(split)
  if (split !== '' && found === null) fail(`train, validation or test as the split, found '${split}'`)
  return { file, label, split: found, line }
}

async function startOf(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0)
  return buffer.subarray(0, bytesRead)
}

function requireUtf8(path: string, start: Buffer): void {
  if (start.includes(0)) throw new AppError('bad-data', `${path}: expected a CSV in UTF-8, found zero bytes (UTF-16, or no text at all)`)
}

/** What separates the cells, judged by the first line. */
function delimiterIn(text: string): string {
  const [first = ''] = text.split(/[\r\n]/, 1)
  return first.includes(',') ? ',' : first.includes(';') ? ';' : '\t'
}

function problemOf(error: unknown, path: string): unknown {
  if (error instanceof CsvError) return new AppError('bad-data', `${path}: ${error.message.replace(/\s+/g, ' ')}`, { cause: error })
  return fileError(error, 'read', path) ?? error
}
