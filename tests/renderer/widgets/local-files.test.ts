// What of a person's files is handed over, and why the rest is not.
import { expect, test } from 'vitest'
import { maxPictureBytes } from '../../../src/shared/picture-names.ts'
import { sortFiles } from '../../../src/renderer/widgets/local-files.ts'

test('images and tables are taken, the rest has a reason, and what nobody meant is not spoken of', () => {
  const sized = (size: number): File => Object.defineProperty(new File([], ''), 'size', { value: size })
  const small = sized(1)
  const of = (path: string, file: File | null = small): { path: string; file: File | null } => ({ path, file })
  const found = [
    ...[of('oak/1.JPG'), of('oak/whole.tif', sized(maxPictureBytes)), of('labels.CSV')],
    ...[
      of('oak/large.tif', sized(maxPictureBytes + 1)),
      of('2.HEIC'),
      of('notes.txt'),
      of('README'),
      of('gone.png', null),
      of('locked', null),
    ],
    ...[of('.DS_Store'), of('__MACOSX/oak/._1.jpg'), of('oak/Thumbs.db')],
  ]
  const { pictures, tables, left } = sortFiles(found)
  expect([pictures, tables].map((files) => files.map(({ path }) => path))).toEqual([['oak/1.JPG', 'oak/whole.tif'], ['labels.CSV']])
  expect(Object.fromEntries(left.map(({ path, reason }) => [path, reason]))).toEqual({
    ...{ 'oak/large.tif': 'too-large', '2.HEIC': 'unsupported', 'notes.txt': 'other', README: 'other' },
    ...{ 'gone.png': 'unreadable', locked: 'unreadable' },
  })
})
