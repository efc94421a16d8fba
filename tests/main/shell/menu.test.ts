// The menu: everything that it offers is there, by keys that are each for one thing.
import { expect, test } from 'vitest'
import { commandIds } from '../../../src/renderer/commands/table.ts'
import { menuTemplate } from '../../../src/main/shell/menu.ts'
import type { MenuParts } from '../../../src/main/shell/menu.ts'
import { wordsFor } from '../../../src/main/shell/words/index.ts'
import { wish as wishSchema } from '../../../src/shared/desktop.ts'
import type { Wish } from '../../../src/shared/desktop.ts'

type Item = ReturnType<typeof menuTemplate>[number]

const nothing = (): void => undefined
const parts = (platform: NodeJS.Platform, more: Partial<MenuParts> = {}): MenuParts => ({
  words: wordsFor('en', []),
  recent: [],
  platform,
  devTools: false,
  wish: nothing,
  showLog: nothing,
  checkForUpdate: nothing,
  about: nothing,
  ...more,
})
const all = (items: readonly Item[]): Item[] => items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])])
const press = (item: Item): void => (item.click as (() => void) | undefined)?.()

test.each(['darwin', 'win32', 'linux'] as const)('%s: each key once, each wish one that the page knows', (platform) => {
  const wishes: Wish[] = []
  const items = all(menuTemplate(parts(platform, { wish: (wish) => wishes.push(wish) })))
  const keys = items.flatMap(({ accelerator }) => (typeof accelerator === 'string' ? [accelerator] : []))
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.length).toBeGreaterThan(15)
  items.forEach(press)
  expect(wishes.length).toBeGreaterThan(10)
  for (const wish of wishes) {
    expect(wishSchema.parse(wish)).toEqual(wish)
    if ('command' in wish) expect(commandIds).toContain(wish.command)
  }
  for (const item of items) expect(item.type === 'separator' || item.role !== undefined || item.label !== undefined).toBe(true)
  // What is for developers is not in the packaged application.
  expect(items.some(({ role }) => role === 'toggleDevTools' || role === 'reload')).toBe(false)
})

test('as each platform has it', () => {
  const label = (platform: NodeJS.Platform): (string | undefined)[] => menuTemplate(parts(platform)).map((item) => item.label)
  expect(label('darwin')[0]).toBe('Self-Tuning Studio')
  expect(label('win32')[0]).toBe('&File')
  const quit = (platform: NodeJS.Platform) => all(menuTemplate(parts(platform))).find(({ role }) => role === 'quit')?.accelerator
  expect([quit('win32'), quit('linux')]).toEqual(['Alt+F4', 'Ctrl+Q'])
})

test('recent projects by their names, as they are', () => {
  const wishes: Wish[] = []
  const recent = [{ name: 'Salt & Pepper', folder: '/projects/salt' }]
  const item = all(menuTemplate(parts('linux', { recent, wish: (wish) => wishes.push(wish) }))).find(
    ({ label }) => label === 'Salt && Pepper',
  )
  if (item) press(item)
  expect(wishes).toEqual([{ open: '/projects/salt' }])
})

test('languages: the chosen one, else the first of the system that is spoken', () => {
  expect(wordsFor('zh-CN', ['en-GB']).menu.undo).toBe('撤销')
  expect(wordsFor('system', ['fr-FR', 'zh-Hans-CN', 'en-US']).menu.undo).toBe('撤销')
  expect(wordsFor('system', ['fr-FR', 'en-US', 'zh-CN']).menu.undo).toBe('Undo')
  expect(wordsFor('system', []).menu.undo).toBe('Undo')
})
