// Crashes and hangs of the page: shown anew once, asked about when that does not help.
import { beforeEach, expect, test, vi } from 'vitest'

vi.mock('electron', () => import('./electron.ts'))
const { asked, BrowserWindow, person } = await import('./electron.ts')
const { watchPage } = await import('../../../src/main/shell/crash.ts')
const { wordsFor } = await import('../../../src/main/shell/words/index.ts')

const errors: string[] = []
const log = { warn: (text: string) => void errors.push(text), error: (text: string) => void errors.push(text) }
let now = 0
let quits = 0
beforeEach(() => {
  asked.length = 0
  errors.length = 0
  quits = 0
})

function page(): InstanceType<typeof BrowserWindow>['webContents'] {
  const window = new BrowserWindow({ webPreferences: {} })
  watchPage(window as never, { log, words: () => wordsFor('en', []), quit: () => (quits += 1) }, () => now)
  return window.webContents
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const crash = async (contents: ReturnType<typeof page>, reason = 'crashed'): Promise<void> => {
  contents.emit('render-process-gone', {}, { reason, exitCode: 11 })
  await turn()
}

test('a crash is in the log, and the page is shown again', async () => {
  const contents = page()
  await crash(contents)
  expect([contents.reloads, asked.length, errors.length]).toEqual([1, 0, 1])
  now += 120_000
  await crash(contents)
  expect([contents.reloads, asked.length]).toEqual([2, 0])
})

test('one crash after another: a person decides', async () => {
  const contents = page()
  await crash(contents)
  now += 1000
  person.presses = () => ({ response: 0, checkboxChecked: false })
  await crash(contents)
  expect([contents.reloads, asked.length, quits]).toEqual([2, 1, 0])
  person.presses = () => ({ response: 1, checkboxChecked: false })
  await crash(contents)
  expect([contents.reloads, quits]).toEqual([2, 1])
})

test('a page that ends as it should is no crash', async () => {
  const contents = page()
  await crash(contents, 'clean-exit')
  expect([contents.reloads, errors]).toEqual([0, []])
})

test('a page that hangs: waited for, or ended and shown anew', async () => {
  const contents = page()
  person.presses = () => ({ response: 0, checkboxChecked: false })
  contents.emit('unresponsive')
  contents.emit('unresponsive')
  await turn()
  expect([asked.length, contents.crashes]).toEqual([1, 0])
  person.presses = () => ({ response: 1, checkboxChecked: false })
  contents.emit('unresponsive')
  await turn()
  expect(contents.crashes).toBe(1)
})

test('a page that goes on by itself takes the question back', async () => {
  const contents = page()
  const answer = Promise.withResolvers<{ response: number; checkboxChecked: boolean }>()
  person.presses = () => answer.promise as never
  contents.emit('unresponsive')
  contents.emit('responsive')
  answer.resolve({ response: 1, checkboxChecked: false })
  await turn()
  expect(contents.crashes).toBe(0)
})
