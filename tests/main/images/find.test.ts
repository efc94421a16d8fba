// Images by the paths of their files, by whichever links and spellings a path leads there.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findImages } from '../../../src/main/services/images/find.ts'
import { testStudio } from '../../support/services.ts'
import { addImages } from '../../support/tiny-project.ts'

const { project, folder } = testStudio()
const photos = join(folder, 'photos')
mkdirSync(join(photos, 'holiday'), { recursive: true })
for (const path of ['IMG_1.jpg', 'holiday/b.jpg', 'gone.jpg', 'out.jpg']) writeFileSync(join(photos, path), path)
const [one, two, gone, out] = addImages(project, photos, ['IMG_1.jpg', 'holiday/b.jpg', 'gone.jpg', 'out.jpg'])
project.db.run('UPDATE images SET excluded = 1 WHERE id = ?', out ?? 0)
rmSync(join(photos, 'gone.jpg'))
symlinkSync(photos, join(folder, 'link'))
// As on a disk that takes both names for the same.
symlinkSync('IMG_1.jpg', join(photos, 'img_1.JPG'))

test.each([
  ['photos/IMG_1.jpg', one],
  ['link/holiday/b.jpg', two],
  ['link/gone.jpg', gone],
  ['photos/img_1.JPG', one],
  ['link/img_1.JPG', one],
  ['photos/out.jpg', null],
  ['photos/none.jpg', null],
  ['link', null],
])('%s', async (path, image) => {
  expect(await findImages(project, [join(folder, path)])).toEqual([image])
})
