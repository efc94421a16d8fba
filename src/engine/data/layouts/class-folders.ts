// class/… and split/class/…: the class is the deepest folder, whatever lies between.
import { byCodeUnits, type SkippedFile } from '../../../core/data/image-set.ts'
import type { Walk } from '../walk.ts'
import { splitOf } from '../../../shared/label-table.ts'
import type { LabelledFile, Reading } from './layout.ts'

/** Folders that say "no label" (STL-10 and others have one). */
const unlabelledNames = new Set(['unlabelled', 'unlabeled', 'unsup'])

/**
 * Class folders, beside or below train/validation/test folders (any of the names that `splitOf` knows, any subset of them).
 * Where one top folder is a split, top folders that are not are left out, and named in `skipped`.
 * An image straight in the root or in a split, or anywhere below a folder called `unlabelled`, has no class.
 */
export function readClassFolders({ images }: Walk): Reading {
  // A folder called train that has no folders is a class: of vehicles.
  const hasSplits = images.some(({ path }) => path.split('/').length > 2 && splitOf(firstPart(path)) !== null)
  const skipped: SkippedFile[] = []
  const found: (Omit<LabelledFile, 'class'> & { folder: string })[] = []
  for (const file of images) {
    const split = hasSplits && file.path.includes('/') ? splitOf(firstPart(file.path)) : null
    const inner = split === null ? file.path : file.path.slice(file.path.indexOf('/') + 1)
    const folder = inner.slice(0, Math.max(0, inner.lastIndexOf('/'))).normalize('NFC')
    if (hasSplits && split === null && folder !== '' && !isUnlabelled(folder))
      skipped.push({ path: file.path, reason: 'outside the train, validation and test folders' })
    else found.push({ ...file, split, folder })
  }

  const names = nameFolders(new Set(found.map(({ folder }) => folder).filter((folder) => folder !== '' && !isUnlabelled(folder))))
  return {
    layout: hasSplits ? 'split-class-folders' : 'class-folders',
    classes: [...names.values()].sort(byCodeUnits),
    images: found.map(({ folder, ...file }) => ({ ...file, class: names.get(folder) ?? null })),
    skipped,
  }
}

/** The last part of each path, or the whole path where two would have the same name (red/small and blue/small). */
function nameFolders(folders: ReadonlySet<string>): Map<string, string> {
  const uses = new Map<string, number>()
  for (const folder of folders) uses.set(lastPart(folder), (uses.get(lastPart(folder)) ?? 0) + 1)
  return new Map([...folders].map((folder) => [folder, uses.get(lastPart(folder)) === 1 ? lastPart(folder) : folder]))
}

/** Whether a folder, or one that it lies in, says "no label". */
export function isUnlabelled(folder: string): boolean {
  return folder.split('/').some((part) => unlabelledNames.has(part.toLowerCase()))
}

const firstPart = (path: string): string => path.slice(0, path.indexOf('/'))
const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
