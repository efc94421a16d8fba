// What the application is told to open, by words and by files.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderMeant, pathOfSecond, pathOfWords } from '../../../src/main/shell/opening.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'opening-')))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  [[], null],
  [['--inspect', '-psn_0_1'], null],
  [['photos'], resolve('/home/me/photos')],
  [['--allow-file-access', '/data/photos', '--lang=de'], resolve('/data/photos')],
  [[''], null],
])('the words %j mean %s', (words, path) => expect(pathOfWords(words, '/home/me')).toBe(path))

test('a second start hands over its path; another version of the program its words', () => {
  expect(pathOfSecond({ path: '/data/photos' }, ['studio', 'other'], '/')).toBe('/data/photos')
  expect(pathOfSecond({ path: null }, ['studio', 'other'], '/')).toBe(null)
  expect(pathOfSecond(undefined, ['studio', '--flag', 'photos'], '/data')).toBe(resolve('/data/photos'))
  expect(pathOfSecond({ path: 7 }, ['studio'], '/data')).toBe(null)
})

test('a folder is meant by itself or by its database, and by nothing else', async () => {
  mkdirSync(join(folder, 'flowers'))
  writeFileSync(join(folder, 'flowers/project.db'), '')
  writeFileSync(join(folder, 'flowers/1.jpg'), '')
  expect(await folderMeant(join(folder, 'flowers'))).toBe(join(folder, 'flowers'))
  expect(await folderMeant(join(folder, 'flowers/project.db'))).toBe(join(folder, 'flowers'))
  expect(await folderMeant(join(folder, 'flowers/1.jpg'))).toBe(null)
  expect(await folderMeant(join(folder, 'gone'))).toBe(null)
})
