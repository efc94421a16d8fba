// Reads a CSV of labels: path, label and perhaps split, with the column names that folders with a CSV may have too.
import { basename, dirname, resolve } from 'node:path'
import { labelColumns, readHead, readLabelRows } from '../../../node/label-csv.ts'
import type { LabelColumns, LabelRow } from '../../../node/label-csv.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../context.ts'
import { findImages } from '../images/find.ts'
import { GivenLabels } from './given.ts'
import { NameIndex } from './name-index.ts'

/** Rows that are looked up together. */
const batch = 2000

/**
 * Names are paths of files, relative to the CSV or to a source of the project, or bare names where only one image has it.
 * @throws AppError 'bad-data' with the line for a table that is broken or contradicts itself, 'not-found', 'no-access', 'stopped'
 */
export async function readCsvLabels(project: OpenProject, path: string, signal: AbortSignal): Promise<GivenLabels> {
  const names = await NameIndex.read(project)
  const given = new GivenLabels()
  const columns = await columnsOf(path, names)
  for await (const rows of batches(readLabelRows(path, columns))) {
    if (signal.aborted) throw new AppError('stopped', `${path}: stopped before any label was changed`)
    await take(project, path, rows, names, given)
  }
  return given
}

async function take(project: OpenProject, path: string, rows: readonly LabelRow[], names: NameIndex, given: GivenLabels): Promise<void> {
  const byFile = await findImages(
    project,
    rows.map(({ file }) => resolve(dirname(path), file)),
  )
  for (const [i, { file: name, label, split, line }] of rows.entries()) {
    const where = `${basename(path)}, line ${line}`
    const className = label.normalize('NFC')
    if (className.length > 200)
      throw new AppError('bad-data', `${where}: expected a label of at most 200 characters, found ${className.length}`)
    const image = byFile[i] ?? names.find(name)
    if (image === null) given.addUnknown(`${where}: ${name}`)
    else given.add(image, { class: className === '' ? null : className, split }, where)
  }
}

async function columnsOf(path: string, names: NameIndex): Promise<LabelColumns> {
  const head = await readHead(path)
  const columns = labelColumns(head, (name) => names.find(name) !== null)
  if (columns !== null) return columns
  const found = head.length === 0 ? 'an empty file' : head.slice(0, 5).join(', ')
  throw new AppError('bad-data', `${path}: expected a header with the columns path and label, found ${found}`)
}

async function* batches(rows: AsyncIterable<LabelRow>): AsyncGenerator<LabelRow[]> {
  let collected: LabelRow[] = []
  for await (const row of rows) {
    collected.push(row)
    if (collected.length < batch) continue
    yield collected
    collected = []
  }
  if (collected.length > 0) yield collected
}
