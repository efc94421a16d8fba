// Reading data sets from disk: class folders, and one clear line for everything that is not a data set.
import { existsSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ImageSet } from '../../../src/core/data/image-set.ts'
import { hashImageSet } from '../../../src/engine/data/content-hash.ts'
import { readImageSet } from '../../../src/engine/data/folders.ts'
import { base, folder, reason, table } from './scratch.ts'

describe('class folders', () => {
  it('are classes; system files and other files are passed over with the reason', async () => {
    const root = folder([
      'dog/b.JPG',
      'dog/a.png',
      'Cat/1.webp',
      'cat/10.jpeg',
      'cat/9.jpg',
      'readme.md',
      'cat/Thumbs.db',
      '.DS_Store',
      'dog/x.heic',
      'dog/notes',
    ])
    const set = await readImageSet(root)
    expect(set).toMatchObject({ root, layout: 'class-folders', classes: ['Cat', 'cat', 'dog'] })
    expect(set.images.map(({ path }) => path)).toEqual(['Cat/1.webp', 'cat/10.jpeg', 'cat/9.jpg', 'dog/a.png', 'dog/b.JPG'])
    expect(set.images[0]).toEqual({ path: 'Cat/1.webp', class: 0, split: null, bytes: 10 })
    expect(Object.fromEntries(set.skipped.map(({ path, reason: why }) => [path, why]))).toEqual({
      '.DS_Store': 'hidden or system file',
      'cat/Thumbs.db': 'hidden or system file',
      'dog/notes': 'not an image (no file extension)',
      'dog/x.heic': 'images of type .heic cannot be read; save it as JPEG or PNG',
      'readme.md': 'not an image (.md)',
    })
  })

  it('may be nested: the deepest folder is the class, with its path where two have the same name', async () => {
    expect(
      table(await readImageSet(folder(['fruit/apple/a.jpg', 'fruit/b.jpg', 'veg/x/leek/c.jpg', 'red/small/d.jpg', 'blue/small/e.jpg']))),
    ).toEqual({
      'blue/small/e.jpg': 'blue/small -',
      'fruit/apple/a.jpg': 'apple -',
      'fruit/b.jpg': 'fruit -',
      'red/small/d.jpg': 'red/small -',
      'veg/x/leek/c.jpg': 'leek -',
    })
  })

  it('may have images without a class beside them', async () => {
    expect(table(await readImageSet(folder(['a/1.jpg', 'b/2.jpg', '3.jpg', 'unlabelled/4.jpg'])))).toEqual({
      '3.jpg': '- -',
      'a/1.jpg': 'a -',
      'b/2.jpg': 'b -',
      'unlabelled/4.jpg': '- -',
    })
  })

  it('have no class anywhere below a folder that says so', async () => {
    const days = ['unlabelled/1.jpg', 'Unlabeled/monday/2.jpg', 'unsup/tuesday/noon/3.jpg', 'a/unlabelled/x/4.jpg']
    const without = Object.fromEntries(days.map((path) => [path, '- -']))
    const classes = { 'a/5.jpg': 'a -', 'b/6.jpg': 'b -' }
    expect(table(await readImageSet(folder([...days, ...Object.keys(classes)])))).toEqual({ ...without, ...classes })
    const split = await readImageSet(folder(['unlabelled/monday/2.jpg', 'train/a/3.jpg', 'train/unlabelled/x/4.jpg', 'test/b/5.jpg']))
    expect(split.skipped).toEqual([])
    expect(table(split)).toEqual({
      'test/b/5.jpg': 'b test',
      'train/a/3.jpg': 'a train',
      'train/unlabelled/x/4.jpg': '- train',
      'unlabelled/monday/2.jpg': '- -',
    })
    const only = await readImageSet(folder(['unlabelled/monday/1.jpg', 'unlabelled/tuesday/2.jpg']), { minimumClasses: 0 })
    expect(table(only)).toEqual({ 'unlabelled/monday/1.jpg': '- -', 'unlabelled/tuesday/2.jpg': '- -' })
  })

  it.each([
    ['train', 'val', 'test'],
    ['Training', 'validation', 'TEST'],
    ['train', 'valid', 'test'],
  ])('below %s, %s and %s folders', async (train, validation, test) => {
    const root = folder([
      `${train}/a/1.jpg`,
      `${train}/b/2.jpg`,
      `${train}/3.jpg`,
      `${validation}/sub/a/4.jpg`,
      `${test}/b/5.jpg`,
      'icons/a/6.jpg',
    ])
    const set = await readImageSet(root)
    expect(set.layout).toBe('split-class-folders')
    expect(table(set)).toEqual({
      [`${train}/a/1.jpg`]: 'a train',
      [`${train}/b/2.jpg`]: 'b train',
      [`${train}/3.jpg`]: '- train',
      [`${validation}/sub/a/4.jpg`]: 'sub/a validation',
      [`${test}/b/5.jpg`]: 'b test',
    })
    expect(set.skipped).toEqual([{ path: 'icons/a/6.jpg', reason: 'outside the train, validation and test folders' }])
  })

  it('may have the name of a split', async () => {
    expect(await readImageSet(folder(['train/1.jpg', 'bus/2.jpg']))).toMatchObject({ layout: 'class-folders', classes: ['bus', 'train'] })
  })

  it('may be wrapped in one folder, as archives unpack', async () => {
    const root = folder(['flowers/LICENSE', 'flowers/photos/a/1.jpg', 'flowers/photos/b/2.jpg', 'README.md'])
    expect(await readImageSet(root)).toMatchObject({ root: join(root, 'flowers', 'photos'), classes: ['a', 'b'] })
  })

  it('are not left through links', async () => {
    const outside = folder(['a/1.jpg'])
    const root = folder(['a/2.jpg', 'b/3.jpg'])
    symlinkSync(join(outside, 'a', '1.jpg'), join(root, 'a', 'out.jpg'))
    symlinkSync(join(outside, 'a'), join(root, 'c'))
    symlinkSync(root, join(root, 'b', 'circle'))
    symlinkSync(join(root, 'nothing'), join(root, 'b', 'dead.jpg'))
    symlinkSync(join(root, 'b', '3.jpg'), join(root, 'a', 'in.jpg'))
    const set = await readImageSet(root)
    expect(set.images.map(({ path }) => path)).toEqual(['a/2.jpg', 'a/in.jpg', 'b/3.jpg'])
    expect(set.skipped).toEqual([
      { path: 'a/out.jpg', reason: 'symbolic link that leaves the folder' },
      { path: 'b/circle', reason: 'symbolic link to a folder' },
      { path: 'b/dead.jpg', reason: 'symbolic link to nothing' },
      { path: 'c', reason: 'symbolic link that leaves the folder' },
    ])
  })
})

describe('what is no data set', () => {
  it.each([
    [[], 'ROOT: expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF), found an empty folder'],
    [['a/', 'b/'], 'ROOT: expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF), found an empty folder'],
    [
      ['a/x.docx'],
      'ROOT: expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF), found none among 1 other file (e.g. a/x.docx: not an image (.docx))',
    ],
    [['1.jpg', '2.jpg'], 'ROOT: expected a folder for each class, or a CSV with the columns file and label, found 2 images without labels'],
    [['cat/1.jpg', 'cat/2.jpg'], "ROOT: expected at least two classes, found one only: 'cat' (2 images)"],
    [['train/cat/1.jpg', 'test/cat/2.jpg'], "ROOT: expected at least two classes, found one only: 'cat' (2 images)"],
  ])('%j says so in one line', async (files, expected) => {
    expect(await reason(folder(files))).toBe(expected)
  })

  it('says so for a missing folder and for a file', async () => {
    expect(await reason(join(base, 'nowhere'))).toBe('ROOT: expected a folder of images, found nothing there')
    expect(await reason(join(folder(['x.jpg']), 'x.jpg'))).toBe('ROOT: expected a folder of images, found a file')
  })

  it('may still be enough for predictions', async () => {
    expect((await readImageSet(folder(['1.jpg']), { minimumClasses: 0 })).images).toHaveLength(1)
  })
})

it('gives a hash that changes with content, labels and names only', async () => {
  const files = { 'a/1.jpg': 'x', 'b/2.jpg': 'y' }
  const hash = async (changed: Record<string, string>): Promise<string> => hashImageSet(await readImageSet(folder(changed)))
  const first = await hash(files)
  expect(await hash(files)).toBe(first)
  const others = await Promise.all(
    [
      { ...files, 'a/1.jpg': 'z' },
      { 'a/1.jpg': 'x', 'c/2.jpg': 'y' },
      { ...files, 'b/3.jpg': 'y' },
    ].map(hash),
  )
  expect(new Set([first, ...others]).size).toBe(4)
})

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
describe.skipIf(!existsSync(shared))('the data sets in ../shared/data', () => {
  it('are read as their descriptions say', async () => {
    const grocery = await readImageSet(join(shared, 'grocery'))
    const counts = (set: ImageSet): number[] =>
      (['train', 'validation', 'test'] as const).map((split) => set.images.filter((image) => image.split === split).length)
    expect(grocery).toMatchObject({ layout: 'split-lists', root: realpathSync(join(shared, 'grocery', 'dataset')) })
    expect(grocery.classes).toHaveLength(81)
    expect(counts(grocery)).toEqual([2640, 296, 2485])
    const clothing = await readImageSet(join(shared, 'clothing10'))
    expect(clothing.classes).toHaveLength(10)
    expect(counts(clothing)).toEqual([3068, 341, 372])
  })
})
