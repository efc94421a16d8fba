// Reads a folder of images: recognises its layout and gives back a plain data set.
import { join } from 'node:path'
import { byCodeUnits, type ImageSet } from '../../core/data/image-set.ts'
import { DataError } from '../../core/data/data-error.ts'
import { isUnlabelled, readClassFolders } from './layouts/class-folders.ts'
import { readCsv } from './layouts/csv.ts'
import { readCub } from './layouts/cub.ts'
import { splitOf } from '../../shared/label-table.ts'
import type { LayoutReader, Reading } from './layouts/layout.ts'
import { readLists } from './layouts/lists.ts'
import { requireFolder, walk, type Walk } from './walk.ts'

const expectedImages = 'expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF)'

/** Layouts that files beside the images describe, from the most to the least particular. Folder names speak where there are none. */
const described: readonly LayoutReader[] = [readCub, readLists, readCsv]

/**
 * Reads an image data set: class folders, split/class folders (class = the deepest folder), train.txt/val.txt/test.txt lists, a flat folder
 * with a CSV, or CUB-200-2011's text files. A folder that holds nothing but one other folder (an unpacked archive) stands for that one.
 * Only names and sizes are read, no pixels. Training needs two classes; what needs fewer (predictions) says so in `minimumClasses`.
 * @throws DataError for a missing, unreadable or empty folder, no images, no labels or one class only, and broken tables (file and line).
 */
export async function readImageSet(folder: string, options: { readonly minimumClasses?: number } = {}): Promise<ImageSet> {
  const { minimumClasses = 2 } = options
  const home = await requireFolder(folder)
  const all = await walk(home)
  if (all.images.length === 0) throw new DataError('bad-data', folder, `${expectedImages}, found ${whatElse(all)}`)
  const { inner, found, reading } = await recognise(home, all)
  return finish(join(folder, inner), join(home, inner), reading, found, minimumClasses)
}

/** A folder as its layout describes it. */
export interface Recognised {
  /** The folder inside the root that paths of `found` and `reading` are relative to; empty where it is the root. */
  readonly inner: string
  readonly found: Walk
  readonly reading: Reading
}

/** What the files beside the images say, or the folders' names.
 * @throws DataError for broken tables (file and line). */
export async function recognise(root: string, found: Walk): Promise<Recognised> {
  for (const read of described) {
    const reading = await read(root, found)
    if (reading !== null) return { inner: '', found, reading }
  }
  const inner = onlyFolder(found)
  if (inner === null) return { inner: '', found, reading: readClassFolders(found) }
  const recognised = await recognise(join(root, inner), within(found, inner))
  return { ...recognised, inner: recognised.inner === '' ? inner : `${inner}/${recognised.inner}` }
}

/** What was found in a folder inside. */
function within({ images, texts, skipped }: Walk, folder: string): Walk {
  const start = `${folder}/`
  const inside = <T extends { readonly path: string }>(files: readonly T[]): T[] =>
    files.filter(({ path }) => path.startsWith(start)).map((file) => ({ ...file, path: file.path.slice(start.length) }))
  return {
    images: inside(images),
    texts: texts.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length)),
    skipped: inside(skipped),
  }
}

function finish(folder: string, root: string, reading: Reading, found: Walk, minimumClasses: number): ImageSet {
  const used = new Set(reading.images.map((image) => image.class))
  const classes = reading.classes.filter((name) => used.has(name))
  const count = `${reading.images.length} images`
  if (reading.images.length === 0)
    throw new DataError(
      'bad-data',
      folder,
      `expected images, found ${whatElse({ ...found, skipped: [...found.skipped, ...reading.skipped] })}`,
    )
  if (classes.length === 0 && minimumClasses > 0)
    throw new DataError(
      'bad-data',
      folder,
      `expected a folder for each class, or a CSV with the columns file and label, found ${count} without labels`,
    )
  if (classes.length < minimumClasses)
    throw new DataError('bad-data', folder, `expected at least two classes, found one only: '${classes[0]}' (${count})`)
  const number = new Map(classes.map((name, index) => [name, index]))
  return {
    root,
    layout: reading.layout,
    classes,
    images: reading.images
      .map((image) => ({
        path: image.path,
        class: image.class === null ? null : (number.get(image.class) ?? null),
        split: image.split,
        bytes: image.bytes,
      }))
      .sort((a, b) => byCodeUnits(a.path, b.path)),
    skipped: [...found.skipped, ...reading.skipped].sort((a, b) => byCodeUnits(a.path, b.path)),
  }
}

/** Nothing, or what was passed over, with the first reason. */
function whatElse({ texts, skipped }: Omit<Walk, 'images'>): string {
  const others = texts.length + skipped.length
  const [first] = skipped
  if (others === 0) return 'an empty folder'
  return `none among ${others} other file${others === 1 ? '' : 's'}${first ? ` (e.g. ${first.path}: ${first.reason})` : ''}`
}

/** The name of the one top folder that holds all images, if it says nothing by itself and has folders or tables of its own. */
function onlyFolder({ images, texts }: Walk): string | null {
  const [top, ...others] = new Set(images.map(({ path }) => path.slice(0, path.indexOf('/') + 1)))
  if (top === undefined || top === '' || others.length > 0) return null
  const name = top.slice(0, -1)
  if (splitOf(name) !== null || isUnlabelled(name)) return null
  const hasStructure = images.some(({ path }) => path.indexOf('/', top.length) > 0) || texts.some((text) => text.startsWith(top))
  return hasStructure ? name : null
}
