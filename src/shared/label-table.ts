// Tables of labels, as a CSV in a folder of images or by itself: what their columns, splits and files are called.

/** Header names, compared without case, spaces, dashes and underscores. */
const columnNames = {
  file: ['file', 'filename', 'filepath', 'image', 'imagename', 'imagepath', 'imagefile', 'imageid', 'path'],
  label: ['label', 'class', 'classname', 'category', 'target', 'species'],
  split: ['split', 'set', 'subset'],
}

const splitNames: ReadonlyMap<string, 'train' | 'validation' | 'test'> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
])

/** Index of a kind of column in a header, or null. */
export function columnOf(header: readonly string[], kind: keyof typeof columnNames): number | null {
  const names = header.map((cell) => cell.toLowerCase().replace(/[\s_-]/g, ''))
  const position = columnNames[kind].map((name) => names.indexOf(name)).find((at) => at >= 0)
  return position ?? null
}

/** The split that a folder, file or cell name stands for, or null. */
export function splitOf(name: string): 'train' | 'validation' | 'test' | null {
  return splitNames.get(name.trim().toLowerCase()) ?? null
}

/** A path as a table may write it, so that both can be compared: forward slashes, no `./` in front, composed characters. */
export function plainPath(path: string): string {
  return path
    .trim()
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .normalize('NFC')
}

/** The last part of a plain path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** What else a table may call the file of a plain path, where no other file has the same: without its extension, without its folder. */
export function shortNames(path: string): ReadonlySet<string> {
  const base = baseName(path)
  return new Set([path.replace(/\.\w+$/, ''), base, base.replace(/\.\w+$/, '')])
}

/** @param path or name alone, with forward slashes */
export function isLabelTableName(path: string): boolean {
  return /[^/]\.csv$/i.test(path)
}

/** What separates the cells, judged by the first line. */
export function delimiterOf(firstLine: string): string {
  return firstLine.includes(',') ? ',' : firstLine.includes(';') ? ';' : '\t'
}
