// A flat folder with a CSV: one row an image, its file, its class and perhaps its split.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { DataError, messageOf } from '../../../core/data/data-error.ts'
import { byCodeUnits, type SkippedFile } from '../../../core/data/image-set.ts'
import { columnOf, delimiterOf, splitOf } from '../../../shared/label-table.ts'
import type { Walk } from '../walk.ts'
import { FileIndex, type LabelledFile, type LayoutReader } from './layout.ts'

interface Row {
  readonly cells: readonly string[]
  /** 1-based, of the row's first line. */
  readonly line: number
}

interface Table {
  readonly name: string
  readonly rows: readonly Row[]
  readonly columns: { readonly file: number; readonly label: number; readonly split: number | null }
}

/**
 * Reads the one .csv file of the root whose header names a file column and a label column, or which has no header and starts with an image
 * of the folder and its label. Several such tables are allowed where each is named after its split (train.csv, test.csv).
 * An empty label, like an image that no row names, means: no class.
 */
export const readCsv: LayoutReader = async (root, walk) => {
  const index = new FileIndex(walk.images)
  const tables = await readTables(root, walk, index)
  const [first, second] = tables.map(({ name }) => name)
  if (first === undefined) return null
  if (second !== undefined && !tables.every(({ name }) => splitOf(name.slice(0, -4)) !== null))
    throw new DataError('bad-data', root, `expected one table of labels, found ${first} and ${second}`)

  const skipped: SkippedFile[] = []
  const used = new Map<string, { label: string | null; where: string }>()
  const images: LabelledFile[] = []
  for (const { name, rows, columns } of tables) {
    for (const { cells, line } of rows) {
      const fail = (message: string): never => {
        throw new DataError('bad-data', join(root, name), `line ${line}: ${message}`)
      }
      const path = cells[columns.file]?.trim() ?? ''
      const label = cells[columns.label]?.trim().normalize('NFC') || null
      const splitCell = columns.split === null ? '' : (cells[columns.split]?.trim() ?? '')
      const split = splitOf(splitCell) ?? splitOf(name.slice(0, -4))
      if (path === '') fail('expected the name of an image file, found an empty cell')
      if (splitCell !== '' && split === null) fail(`expected train, validation or test as the split, found '${splitCell}'`)
      const file = index.find(path)
      if (file === null) {
        skipped.push({ path, reason: `named in ${name}, line ${line}, but not there (or there more than once)` })
        continue
      }
      const before = used.get(file.path)
      if (before && before.label !== label)
        fail(`'${path}' is labelled '${label ?? ''}' here and '${before.label ?? ''}' in ${before.where}`)
      if (before) continue
      used.set(file.path, { label, where: `${name}, line ${line}` })
      images.push({ ...file, class: label, split })
    }
  }
  if (images.length === 0)
    throw new DataError('bad-data', join(root, first), `expected names of images in ${root}, found none that is there`)
  for (const file of walk.images) if (!used.has(file.path)) images.push({ ...file, class: null, split: null })
  const classes = [...new Set(images.flatMap((image) => image.class ?? []))].sort(byCodeUnits)
  return { layout: 'csv', classes, images, skipped }
}

async function readTables(root: string, { texts }: Walk, index: FileIndex): Promise<Table[]> {
  const tables: Table[] = []
  for (const name of texts.filter((text) => /^[^/]+\.csv$/i.test(text))) {
    const rows = await readRows(root, name)
    const [head, ...body] = rows
    if (head === undefined) continue
    const file = columnOf(head.cells, 'file')
    const label = columnOf(head.cells, 'label')
    if (file !== null && label !== null) tables.push({ name, rows: body, columns: { file, label, split: columnOf(head.cells, 'split') } })
    else if (head.cells.length >= 2 && index.find(head.cells[0] ?? '') !== null) {
      const split = head.cells.length > 2 && splitOf(head.cells[2] ?? '') !== null ? 2 : null
      tables.push({ name, rows, columns: { file: 0, label: 1, split } })
    }
  }
  return tables
}

async function readRows(root: string, name: string): Promise<Row[]> {
  const file = join(root, name)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DataError('no-access', file, `cannot be read (${messageOf(error)})`, { cause: error })
  })
  try {
    const firstLine = text.slice(0, text.search(/[\r\n]|$/))
    const delimiter = delimiterOf(firstLine)
    const rows: Row[] = []
    parse(text, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      // `lines` counts the last line of a record; quoted cells may span several.
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines - cells.join('').split('\n').length + 1 })
        return null
      },
    })
    return rows
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new DataError('bad-data', file, error.message.replace(/\s+/g, ' '), { cause: error })
  }
}
