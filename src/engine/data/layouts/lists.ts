// train.txt, val.txt and test.txt beside the images: one "path, class[, coarser class]" or "path class" a line.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, messageOf } from '../../../core/data/data-error.ts'
import { byCodeUnits, type SkippedFile } from '../../../core/data/image-set.ts'
import { splitOf } from '../../../shared/label-table.ts'
import { FileIndex, type LabelledFile, type LayoutReader } from './layout.ts'

interface Line {
  readonly file: string
  readonly line: number
  readonly path: string
  readonly id: string
}

/**
 * Lists that name each image and the number of its class (the first number is the finest). The class takes the name of the deepest folder
 * where folders and numbers agree one to one (Grocery Store data set), else the number itself. Classes are ordered by number.
 */
export const readLists: LayoutReader = async (root, { images, texts }) => {
  const lists = texts.filter((name) => /^[^/]+\.txt$/i.test(name) && splitOf(name.slice(0, -4)) !== null)
  const index = new FileIndex(images)
  const lines: Line[] = []
  for (const name of lists) {
    const parsed = await readList(root, name)
    // Any other text file with such a name: its first line names no image.
    if (lines.length === 0 && (parsed[0] === undefined || index.find(parsed[0].path) === null)) return null
    lines.push(...parsed)
  }
  if (lines.length === 0) return null

  const skipped: SkippedFile[] = []
  const used = new Map<string, Line>()
  const found: (Omit<LabelledFile, 'class'> & { id: string })[] = []
  for (const line of lines) {
    const file = index.find(line.path)
    const where = `${line.file}, line ${line.line}`
    const before = file && used.get(file.path)
    if (file === null) skipped.push({ path: line.path, reason: `named in ${where}, but not there` })
    else if (before)
      throw new DataError(
        'bad-data',
        join(root, line.file),
        `line ${line.line}: '${line.path}' was listed before, in ${before.file}, line ${before.line}`,
      )
    else {
      used.set(file.path, line)
      found.push({ ...file, id: line.id, split: splitOf(line.file.slice(0, -4)) })
    }
  }
  for (const { path } of images) if (!used.has(path)) skipped.push({ path, reason: `not named in ${lists.join(', ')}` })

  const names = nameClasses(found)
  const ids = [...names.keys()].sort((a, b) => Number(a) - Number(b) || byCodeUnits(a, b))
  return {
    layout: 'split-lists',
    classes: ids.map((id) => names.get(id) ?? id),
    images: found.map(({ id, ...file }) => ({ ...file, class: names.get(id) ?? id })),
    skipped,
  }
}

/** Folder names for class numbers where each number has one folder name and each folder name one number; else the numbers. */
function nameClasses(files: readonly { path: string; id: string }[]): Map<string, string> {
  const names = new Map<string, string>()
  const ids = new Map<string, string>()
  let agree = true
  for (const { path, id } of files) {
    const folder = path.split('/').at(-2) ?? ''
    agree &&= folder !== '' && (names.get(id) ?? folder) === folder && (ids.get(folder) ?? id) === id
    names.set(id, folder)
    ids.set(folder, id)
  }
  return agree ? names : new Map([...names.keys()].map((id) => [id, id]))
}

async function readList(root: string, name: string): Promise<Line[]> {
  const text = await readFile(join(root, name), 'utf8').catch((error: unknown) => {
    throw new DataError('no-access', join(root, name), `cannot be read (${messageOf(error)})`, { cause: error })
  })
  const lines: Line[] = []
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === '') continue
    const match = /^\s*(.+?)\s*(?:,\s*(\d+)\s*)(?:,\s*\d+\s*)*$/.exec(raw) ?? /^\s*(.+?)\s+(\d+)\s*$/.exec(raw)
    if (!match?.[1] || !match[2]) {
      if (lines.length === 0) return []
      throw new DataError('bad-data', join(root, name), `line ${i + 1}: expected a path and a class number, found '${raw.slice(0, 80)}'`)
    }
    lines.push({ file: name, line: i + 1, path: match[1], id: match[2] })
  }
  return lines
}
