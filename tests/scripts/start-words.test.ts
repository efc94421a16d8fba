// What `npm start` makes of its words, for the window and for the server.
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { serveWords, startWords, windowWords } from '../../scripts/start-words.ts'
import { serveSettings } from '../../src/main/server/command.ts'

const from = resolve('/home/me')
const photos = resolve(from, 'photos')

test('a folder, of images or of a project, is meant from where npm was called', () => {
  const words = startWords(['photos'], from)
  expect(words).toEqual({ inBrowser: false, isWatching: false, folder: photos, options: [] })
  expect([windowWords(words), serveWords(words)]).toEqual([[photos], ['--folder', photos]])
})

test('a value of an option is no folder', () => {
  const words = startWords(['--browser', '--port', '9000', '--allow-host', 'a.example', 'b.example', '--welcome', 'photos'], from)
  expect([words.inBrowser, words.folder, windowWords(words)]).toEqual([true, photos, ['--welcome', photos]])
  expect(serveSettings(serveWords(words))).toMatchObject({ port: 9000, hosts: ['a.example', 'b.example'], welcome: true, folder: photos })
  expect(serveWords(startWords(['--project', 'flowers'], from))).toEqual(['--project', resolve(from, 'flowers')])
})

test('a route is shown in the browser', () => {
  const words = startWords(['--watch', '--route', '/_components'], from)
  expect(words).toEqual({ inBrowser: true, isWatching: true, folder: null, options: ['--route', '/_components'] })
})
