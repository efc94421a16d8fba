// Names in folders of images and in tables of their labels: what splits, files and the tables themselves are called.

const splitNames: ReadonlyMap<string, 'train' | 'validation' | 'test'> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
])

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
