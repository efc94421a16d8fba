// What the application is told to open, by words and by other starts.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { pathOfSecond, pathOfWords } from '../../../src/main/shell/opening.ts'

test.each([
  [[], null],
  [['--inspect', '-psn_0_1'], null],
  [['photos'], resolve('/home/me/photos')],
  [['--allow-file-access', '/data/photos', '--lang=de'], resolve('/data/photos')],
  [[''], null],
  [[pathToFileURL(resolve('/home/me/My photos ü')).href], resolve('/home/me/My photos ü')],
  [['file:///home/me/50%'], null],
  [['file:///home/me/a%2Fb'], null],
])('the words %j mean %s', (words, path) => expect(pathOfWords(words, '/home/me')).toBe(path))

test('a second start hands over its path; another version of the program its words', () => {
  expect(pathOfSecond({ path: '/data/photos' }, ['studio', 'other'], '/')).toBe('/data/photos')
  expect(pathOfSecond({ path: null }, ['studio', 'other'], '/')).toBe(null)
  expect(pathOfSecond(undefined, ['studio', '--flag', 'photos'], '/data')).toBe(resolve('/data/photos'))
  expect(pathOfSecond({ path: 7 }, ['studio'], '/data')).toBe(null)
})
