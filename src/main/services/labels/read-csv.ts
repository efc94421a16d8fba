// Reads a CSV of labels: path, label and perhaps split, with the column names that folders with a CSV may have too.
import { open } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { CsvError, parse } from 'csv-parse'
import { fileError } from '../../../node/file-error.ts'
import { AppError } from '../../../shared/errors.ts'
import { columnOf, delimiterOf, splitOf } from '../../../shared/label-table.ts'
import { fromCell } from '../../../shared/csv.ts'
import type { OpenProject } from '../context.ts'
import { findImages } from '../images/find.ts'
import { GivenLabels } from './given.ts'
import { NameIndex } from './name-index.ts'

interface Row {
  readonly cells: readonly string[]
  /** 1-based, of the row's last line. */
  readonly line: number
}

interface Columns {
  readonly file: number
  readonly label: number
  readonly split: number | null
}

/** Rows that are looked up together. */
const batch = 2000

/**
 * Names are paths of files, relative to the CSV or to a source of the project, or bare names where only one image has it.
 * @throws AppError 'bad-data' with the line for a table that is broken or contradicts itself, 'not-found', 'no-access', 'stopped'
 */
export async function readCsvLabels(project: OpenProject, path: string, signal: AbortSignal): Promise<GivenLabels> {
  const names = await NameIndex.read(project)
  const given = new GivenLabels()
  let columns: Columns | null = null
  for await (const rows of batches(readRows(path))) {
    if (signal.aborted) throw new AppError('stopped', `${path}: stopped before any label was changed`)
    const [head, ...others] = rows
    const isFirst = columns === null
    columns ??= columnsOf(path, head?.cells ?? [], names)
    const body = isFirst && hasHeader(head?.cells ?? []) ? others : rows
    await take(project, path, body, columns, names, given)
  }
  if (columns === null) throw new AppError('bad-data', `${path}: expected a header with the columns path and label, found an empty file`)
  return given
}

async function take(
  project: OpenProject,
  path: string,
  rows: readonly Row[],
  { file, label, split }: Columns,
  names: NameIndex,
  given: GivenLabels,
): Promise<void> {
  const cell = ({ cells }: Row, column: number | null): string => (column === null ? '' : fromCell(cells[column] ?? '').trim())
  const files = rows.map((row) => cell(row, file))
  const byFile = await findImages(
    project,
    files.map((name) => resolve(dirname(path), name)),
  )
  for (const [i, row] of rows.entries()) {
    const where = `${basename(path)}, line ${row.line}`
    const name = files[i] ?? ''
    const splitCell = cell(row, split)
    const found = splitOf(splitCell)
    const className = cell(row, label).normalize('NFC')
    if (name === '') throw new AppError('bad-data', `${where}: expected the path of an image, found an empty cell`)
    if (splitCell !== '' && found === null)
      throw new AppError('bad-data', `${where}: expected train, validation or test as the split, found '${splitCell}'`)
    if (className.length > 200)
      throw new AppError('bad-data', `${where}: expected a label of at most 200 characters, found ${className.length}`)
    const image = byFile[i] ?? names.find(name)
    if (image === null) given.addUnknown(`${where}: ${name}`)
    else given.add(image, { class: className === '' ? null : className, split: found }, where)
  }
}

function hasHeader(head: readonly string[]): boolean {
  return columnOf(head, 'file') !== null && columnOf(head, 'label') !== null
}

function columnsOf(path: string, head: readonly string[], names: NameIndex): Columns {
  const file = columnOf(head, 'file')
  const label = columnOf(head, 'label')
  if (file !== null && label !== null) return { file, label, split: columnOf(head, 'split') }
  // No header: the first line is an image and its label already.
  if (head.length >= 2 && names.find(fromCell(head[0] ?? '')) !== null) return { file: 0, label: 1, split: head.length > 2 ? 2 : null }
  throw new AppError('bad-data', `${path}: expected a header with the columns path and label, found ${head.slice(0, 5).join(', ')}`)
}

async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let collected: Row[] = []
  for await (const row of rows) {
    collected.push(row)
    if (collected.length < batch) continue
    yield collected
    collected = []
  }
  if (collected.length > 0) yield collected
}

async function* readRows(path: string): AsyncGenerator<Row> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0)
      const start = buffer.subarray(0, bytesRead)
      if (start.includes(0))
        throw new AppError('bad-data', `${path}: expected a CSV in UTF-8, found zero bytes (UTF-16, or no text at all)`)
      const text = start.toString('utf8')
      const delimiter = delimiterOf(text.slice(0, text.search(/[\r\n]|$/)))
      const parser = parse({ bom: true, delimiter, skip_empty_lines: true, relax_column_count: true, info: true })
      const stream = file.createReadStream({ start: 0, autoClose: false })
      stream.on('error', (error) => parser.destroy(error))
      for await (const record of stream.pipe(parser)) {
        const { record: cells, info } = record as { record: string[]; info: { lines: number } }
        yield { cells, line: info.lines }
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof CsvError) throw new AppError('bad-data', `${path}: ${error.message.replace(/\s+/g, ' ')}`, { cause: error })
    throw fileError(error, 'read', path) ?? error
  }
}
