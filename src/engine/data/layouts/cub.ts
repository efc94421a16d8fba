// CUB-200-2011's text files: images.txt, image_class_labels.txt, classes.txt and train_test_split.txt, joined by the image's number.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, messageOf } from '../../../core/data/data-error.ts'
import type { SkippedFile } from '../../../core/data/image-set.ts'
import { FileIndex, type LabelledFile, type LayoutReader } from './layout.ts'

/** Reads `images/` as the text files beside it say. Files are lines of `number value`; split 1 = train, 0 = test. */
export const readCub: LayoutReader = async (root, { images, texts }) => {
  if (!['images.txt', 'image_class_labels.txt', 'classes.txt'].every((name) => texts.includes(name))) return null
  const paths = await readPairs(root, 'images.txt')
  const labels = await readPairs(root, 'image_class_labels.txt')
  const classes = await readPairs(root, 'classes.txt')
  const splits = texts.includes('train_test_split.txt') ? await readPairs(root, 'train_test_split.txt') : null

  // Only images/: the release also has attributes/ and, in a sibling folder, segmentations/ with files of the same names.
  const index = new FileIndex(images.filter(({ path }) => path.startsWith('images/')))
  const found: LabelledFile[] = []
  const skipped: SkippedFile[] = []
  const used = new Set<string>()
  for (const [id, { value: path, line }] of paths) {
    const label = labels.get(id)
    if (label === undefined)
      throw new DataError('bad-data', join(root, 'image_class_labels.txt'), `expected a line for image ${id} (${path}), found none`)
    const name = classes.get(label.value)?.value
    if (name === undefined)
      throw new DataError(
        'bad-data',
        join(root, 'image_class_labels.txt'),
        `line ${label.line}: expected a class number of classes.txt, found '${label.value}'`,
      )
    const split = splits?.get(id)
    if (splits !== null && split?.value !== '0' && split?.value !== '1')
      throw new DataError(
        'bad-data',
        join(root, 'train_test_split.txt'),
        `expected '${id} 0' or '${id} 1', found ${split ? `'${id} ${split.value}'` : 'no line for it'}`,
      )
    const file = index.find(`images/${path}`)
    if (file === null || used.has(file.path)) {
      skipped.push({ path: `images/${path}`, reason: `named in images.txt, line ${line}, but ${file ? 'used before' : 'not there'}` })
      continue
    }
    used.add(file.path)
    found.push({ ...file, class: name, split: split ? (split.value === '1' ? 'train' : 'test') : null })
  }
  for (const { path } of images) if (!used.has(path)) skipped.push({ path, reason: 'not named in images.txt' })
  return { layout: 'cub-200-2011', classes: [...classes.values()].map(({ value }) => value), images: found, skipped }
}

interface Pair {
  readonly value: string
  /** 1-based. */
  readonly line: number
}

async function readPairs(root: string, name: string): Promise<Map<string, Pair>> {
  const file = join(root, name)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DataError('no-access', file, `cannot be read (${messageOf(error)})`, { cause: error })
  })
  const pairs = new Map<string, Pair>()
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === '') continue
    const match = /^\s*(\d+)\s+(.+?)\s*$/.exec(raw)
    if (!match?.[1] || !match[2])
      throw new DataError('bad-data', file, `line ${i + 1}: expected a number and a value, found '${raw.slice(0, 80)}'`)
    if (pairs.has(match[1]))
      throw new DataError('bad-data', file, `line ${i + 1}: number ${match[1]} was used before, in line ${pairs.get(match[1])?.line}`)
    pairs.set(match[1], { value: match[2], line: i + 1 })
  }
  return pairs
}
