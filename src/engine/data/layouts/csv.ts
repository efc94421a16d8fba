// A flat folder with a CSV: one row an image, its file, its class and perhaps its split.
import { join } from 'node:path'
import { DataError } from '../../../core/data/data-error.ts'
import { byCodeUnits, type SkippedFile } from '../../../core/data/image-set.ts'
import { labelColumns, readHead, readLabelRows } from '../../../node/label-csv.ts'
import type { LabelColumns } from '../../../node/label-csv.ts'
import { AppError } from '../../../shared/errors.ts'
import { splitOf } from '../../../shared/label-table.ts'
import type { Walk } from '../walk.ts'
import { FileIndex, type LabelledFile, type LayoutReader } from './layout.ts'

interface Table {
  readonly name: string
  readonly columns: LabelColumns
}

/**
 * Reads the one .csv file of the root whose header names a file column and a label column, or which has no header and starts with an image
 * of the folder and its label; any other .csv file is left alone. Several such tables are allowed where each is named after its split
 * (train.csv, test.csv). An empty label, like an image that no row names, means: no class.
 */
export const readCsv: LayoutReader = async (root, walk) => {
  const index = new FileIndex(walk.images)
  const tables = await findTables(root, walk, index)
  const [first, second] = tables.map(({ name }) => name)
  if (first === undefined) return null
  if (second !== undefined && !tables.every(({ name }) => splitOf(name.slice(0, -4)) !== null))
    throw new DataError('bad-data', root, `expected one table of labels, found ${first} and ${second}`)

  const skipped: SkippedFile[] = []
  const used = new Map<string, { label: string | null; where: string }>()
  const images: LabelledFile[] = []
  for (const { name, columns } of tables) {
    for await (const { file: path, label: text, split: given, line } of readLabelRows(join(root, name), columns)) {
      const fail = (message: string): never => {
        throw new DataError('bad-data', join(root, name), `line ${line}: ${message}`)
      }
      const label = text.normalize('NFC') || null
      const split = given ?? splitOf(name.slice(0, -4))
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

async function findTables(root: string, { texts }: Walk, index: FileIndex): Promise<Table[]> {
  const tables: Table[] = []
  for (const name of texts.filter((text) => /^[^/]+\.csv$/i.test(text))) {
    const columns = labelColumns(await headOf(join(root, name)), (image) => index.find(image) !== null)
    if (columns !== null) tables.push({ name, columns })
  }
  return tables
}

/** Empty for what is no CSV: any file may lie in a folder. */
async function headOf(file: string): Promise<readonly string[]> {
  return readHead(file).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'bad-data') return []
    throw error
  })
}
