// Data sets described by files beside the images: a CSV, CUB-200-2011's text files, lists of paths.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readImageSet } from '../../../src/engine/data/folders.ts'
import { folder, reason, table } from './scratch.ts'

describe('a CSV', () => {
  it('labels images in a flat folder, whatever the names of its columns and its delimiter', async () => {
    const files = { 'images/1.jpg': '', 'images/2.png': '', 'images/3.jpg': '', 'images/4.jpg': '' }
    const tables = [
      'Image Path,Species,Split\nimages/1.jpg,oak,train\n./images/2.png,elm,test\n3,"elm",val\n',
      '\ufeffid;filename;class;set\r\n1;1.jpg;oak;training\r\n2;2.png;elm;test\r\n3;images\\3.jpg;elm;validation\r\n',
      '1.jpg\toak\ttrain\n2.png\telm\ttest\n3.jpg\telm\tvalid\n',
    ]
    for (const text of tables) {
      const set = await readImageSet(folder({ ...files, 'labels.csv': text }))
      expect(set.layout).toBe('csv')
      expect(table(set)).toEqual({
        'images/1.jpg': 'oak train',
        'images/2.png': 'elm test',
        'images/3.jpg': 'elm validation',
        'images/4.jpg': '- -',
      })
    }
  })

  it('is read as it was exported, with formulas made text, and whatever stands in a third column without a header', async () => {
    const files = { '-1.jpg': '', '2.jpg': '', '3.jpg': '' }
    const tables = [
      "path,label,split\r\n'-1.jpg,'+A,train\r\n2.jpg,'=B,\r\n3.jpg,'+A\r\n",
      "'-1.jpg,'+A,blurred\n2.jpg,'=B,\n3.jpg,'+A,good\n",
      "'-1.jpg;'+A;\n2.jpg;'=B;test\n3.jpg;'+A\n",
    ]
    const splits = [
      ['train', '-', '-'],
      ['-', '-', '-'],
      ['-', 'test', '-'],
    ]
    for (const [i, text] of tables.entries()) {
      const [first, second, third] = splits[i] ?? []
      const set = await readImageSet(folder({ ...files, 'labels.csv': text }))
      expect(table(set)).toEqual({ '-1.jpg': `+A ${first}`, '2.jpg': `=B ${second}`, '3.jpg': `+A ${third}` })
    }
  })

  it('of something else, or what is no CSV at all, is left alone', async () => {
    const images = { 'a/1.jpg': '', 'b/2.jpg': '' }
    const others = ['name,note\nlens,1,5" lens\n', '1,5" lens\n', '"never closed\n', '\0\x01\x02', '', '\ufeff\n', 'x.jpg,a\n']
    const strays = Object.fromEntries(others.map((text, i) => [`stray ${i}.csv`, text]))
    expect(table(await readImageSet(folder({ ...images, ...strays })))).toEqual({ 'a/1.jpg': 'a -', 'b/2.jpg': 'b -' })
    const wide = folder({ ...images })
    writeFileSync(join(wide, 'notes.csv'), '\ufeffname\tnote\n', 'utf16le')
    expect(await readImageSet(wide)).toMatchObject({ layout: 'class-folders' })
    writeFileSync(join(wide, 'labels.csv'), '\ufefffile\tlabel\n1.jpg\tb\n', 'utf16le')
    expect(await reason(wide)).toBe('ROOT/labels.csv: expected a CSV in UTF-8, found zero bytes (UTF-16, or no text at all)')
  })

  it('takes its split from its own name', async () => {
    const set = await readImageSet(
      folder({ '1.jpg': '', '2.jpg': '', 'train.csv': 'file,label\n1.jpg,a\n', 'test.csv': 'file,label\n2.jpg,b\n' }),
    )
    expect(table(set)).toEqual({ '1.jpg': 'a train', '2.jpg': 'b test' })
  })

  it('names the missing images with their lines', async () => {
    const { skipped } = await readImageSet(
      folder({ '1.jpg': '', '2.jpg': '', 'l.csv': 'file,label\n1.jpg,a\n\n"no\nsuch.jpg",b\n../2.png,c\n2.jpg,b\n' }),
    )
    expect(skipped.map(({ reason: why }) => why)).toEqual([
      'named in l.csv, line 6, but not there (or there more than once)',
      'named in l.csv, line 4, but not there (or there more than once)',
    ])
  })

  it.each([
    ['1.jpg,a\n1.jpg,b\n', "ROOT/l.csv: line 3: '1.jpg' is labelled 'b' here and 'a' in l.csv, line 2"],
    ['1.jpg,a\n,b\n', 'ROOT/l.csv: line 3: expected the name of an image file, found an empty cell'],
    ['x.jpg,a\n', 'ROOT/l.csv: expected names of images in ROOT, found none that is there'],
    ['1.jpg,a,b,c\n', 'ROOT/l.csv: Invalid Record Length: expect 2, got 4 on line 2'],
    ['1.jpg,"a\n', 'ROOT/l.csv: Quote Not Closed: the parsing is finished with an opening quote at line 2'],
    ['1.jpg,a\n2.jpg,a\n', "ROOT: expected at least two classes, found one only: 'a' (2 images)"],
    ['1.jpg,\n', 'ROOT: expected a folder for each class, or a CSV with the columns file and label, found 2 images without labels'],
  ])('with the rows %j is refused', async (rows, expected) => {
    const root = folder({ '1.jpg': '', '2.jpg': '', 'l.csv': `file,label\n${rows}` })
    expect((await reason(root)).replace(root, 'ROOT')).toBe(expected)
  })

  it('with an unknown split is refused, and so are two tables', async () => {
    expect(await reason(folder({ '1.jpg': '', 'l.csv': 'file,label,split\n1.jpg,a,holdout\n' }))).toBe(
      "ROOT/l.csv: line 2: expected train, validation or test as the split, found 'holdout'",
    )
    expect(await reason(folder({ '1.jpg': '', 'l.csv': 'file,label\n1.jpg,a\n', 'm.csv': 'file,label\n1.jpg,a\n' }))).toBe(
      'ROOT: expected one table of labels, found l.csv and m.csv',
    )
  })
})

describe('text files', () => {
  const cub = {
    'images/001.Albatross/a.jpg': '',
    'images/002.Auklet/b.jpg': '',
    'images/002.Auklet/c.jpg': '',
    'images/002.Auklet/d.jpg': '',
    'images.txt': '1 001.Albatross/a.jpg\n2 002.Auklet/b.jpg\n3 002.Auklet/c.jpg\n4 002.Auklet/gone.jpg\n',
    'image_class_labels.txt': '1 1\n2 2\n3 2\n4 2\n',
    'classes.txt': '1 001.Albatross\n2 002.Auklet\n',
    'train_test_split.txt': '1 1\n2 1\n3 0\n4 0\n',
    'attributes/attributes.txt': '1 beak\n',
  }

  it('of CUB-200-2011 are joined by number', async () => {
    for (const wrapped of ['', 'CUB_200_2011/']) {
      const set = await readImageSet(folder(Object.fromEntries(Object.entries(cub).map(([name, text]) => [wrapped + name, text]))))
      expect(set).toMatchObject({ layout: 'cub-200-2011', classes: ['001.Albatross', '002.Auklet'] })
      expect(table(set)).toEqual({
        'images/001.Albatross/a.jpg': '001.Albatross train',
        'images/002.Auklet/b.jpg': '002.Auklet train',
        'images/002.Auklet/c.jpg': '002.Auklet test',
      })
      expect(set.skipped).toEqual([
        { path: 'images/002.Auklet/d.jpg', reason: 'not named in images.txt' },
        { path: 'images/002.Auklet/gone.jpg', reason: 'named in images.txt, line 4, but not there' },
      ])
    }
  })

  it.each([
    [
      { 'image_class_labels.txt': '1 1\n2 9\n3 2\n4 2\n' },
      "ROOT/image_class_labels.txt: line 2: expected a class number of classes.txt, found '9'",
    ],
    [{ 'image_class_labels.txt': '1 1\n' }, 'ROOT/image_class_labels.txt: expected a line for image 2 (002.Auklet/b.jpg), found none'],
    [{ 'classes.txt': '1 a\nb\n' }, "ROOT/classes.txt: line 2: expected a number and a value, found 'b'"],
    [{ 'train_test_split.txt': '1 1\n2 yes\n' }, "ROOT/train_test_split.txt: expected '2 0' or '2 1', found '2 yes'"],
    [{ 'images.txt': '1 x.jpg\n1 y.jpg\n' }, 'ROOT/images.txt: line 2: number 1 was used before, in line 1'],
  ])('of CUB-200-2011 that are broken name file and line', async (change, expected) => {
    expect(await reason(folder({ ...cub, ...change }))).toBe(expected)
  })

  it('train.txt, val.txt and test.txt list paths and classes, by folder name or by number', async () => {
    const named = folder({
      'train/Fruit/Apple/Gala/1.jpg': '',
      'train/Fruit/Fig/2.jpg': '',
      'val/Fruit/Fig/3.jpg': '',
      'iconic/Gala.jpg': '',
      'train.txt': 'train/Fruit/Apple/Gala/1.jpg, 4, 0\ntrain/Fruit/Fig/2.jpg, 2, 1\n',
      'val.txt': 'val/Fruit/Fig/3.jpg, 2, 1\nval/Fruit/Fig/4.jpg, 2, 1\n',
    })
    const set = await readImageSet(named)
    expect(set).toMatchObject({ layout: 'split-lists', classes: ['Fig', 'Gala'] })
    expect(table(set)).toEqual({
      'train/Fruit/Apple/Gala/1.jpg': 'Gala train',
      'train/Fruit/Fig/2.jpg': 'Fig train',
      'val/Fruit/Fig/3.jpg': 'Fig validation',
    })
    expect(set.skipped.map(({ reason: why }) => why)).toEqual([
      'not named in train.txt, val.txt',
      'named in val.txt, line 2, but not there',
    ])

    const flat = folder({ 'images/1.jpg': '', 'images/2.jpg': '', 'train.txt': 'images/1.jpg 17\n', 'test.txt': 'images/2.jpg 3\n' })
    expect(await readImageSet(flat)).toMatchObject({
      classes: ['3', '17'],
      images: [
        { class: 1, split: 'train' },
        { class: 0, split: 'test' },
      ],
    })
  })
})
