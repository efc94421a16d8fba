// What an image data set is once its folder has been read: plain data, the same on every platform.

export type Split = 'train' | 'validation' | 'test'

export type Layout = 'class-folders' | 'split-class-folders' | 'split-lists' | 'csv' | 'cub-200-2011' | 'manifest'

export interface ImageEntry {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  /** Index into `classes`, or null where the image has no label. */
  readonly class: number | null
  /** Null where the data set does not say. */
  readonly split: Split | null
  /** Size of the file. */
  readonly bytes: number
}

export interface SkippedFile {
  readonly path: string
  readonly reason: string
}

export interface ImageSet {
  /** Absolute path of the folder that all paths are relative to. */
  readonly root: string
  readonly layout: Layout
  readonly classes: readonly string[]
  /** Sorted by path in UTF-16 code-unit order. */
  readonly images: readonly ImageEntry[]
  /** What was found and not used, sorted by path. */
  readonly skipped: readonly SkippedFile[]
}

/** Order of two strings by UTF-16 code units. Natural and locale orders depend on the ICU version and the user's language; this one
 * is the same everywhere, and equals Python's `sorted` (which torchvision uses) on everything but emoji. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
