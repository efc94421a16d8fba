// The messages: the same in every language, each one used, each used one there, and none that fails while it is shown.
import { globSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { i18n } from '../../../src/renderer/i18n.ts'
import { zhCN } from '../../../src/renderer/locales/zh-CN/index.ts'

const root = resolve(import.meta.dirname, '../../../src/renderer')

/** Keys that are put together in another way than `t(`part.${name}`)`; `*` stands for what changes. */
const dynamic = ['*.hint', '*.title']

type Messages = { readonly [key: string]: string | Messages }
const flat = (messages: Messages, before: string): [string, string][] =>
  Object.entries(messages).flatMap(([key, value]): [string, string][] => {
    const name = `${before}.${key}`
    return typeof value === 'string' ? [[name, value]] : flat(value, name)
  })
function read(language: string): Map<string, string> {
  const files = globSync(`locales/${language}/*.json`, { cwd: root })
  return new Map(files.flatMap((file) => flat(JSON.parse(readFileSync(resolve(root, file), 'utf8')) as Messages, basename(file, '.json'))))
}
const en = read('en')
const zh = read('zh-CN')
const placeholders = (message: string): string[] => [...new Set([...message.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort()

test('the languages have the same messages with the same placeholders', () => {
  expect([...zh.keys()].sort()).toEqual([...en.keys()].sort())
  const differing = [...en].filter(([key, message]) => placeholders(message).join() !== placeholders(zh.get(key) ?? '').join())
  expect(differing.map(([key]) => key)).toEqual([])
})

test.each(Object.entries({ en, 'zh-CN': zh }))('%s: every message and plural form compiles', (language, messages) => {
  const { t, locale } = i18n.global
  i18n.global.setLocaleMessage('zh-CN' as 'en', zhCN)
  locale.value = language as 'en'
  const broken = [...messages].flatMap(([key, message]) => {
    const values = Object.fromEntries(placeholders(message).map((name) => [name, `<${name}>`]))
    return [0, 1, 2].flatMap((count) => {
      const shown = attempt(() => t(key as 'common.cancel', { ...values, ...('count' in values && { count }) }, count))
      return shown.trim() === '' || /[{}|]/.test(shown) ? [`${key}: ${shown}`] : []
    })
  })
  expect(broken).toEqual([])
})

function attempt(work: () => string): string {
  try {
    return work()
  } catch (error) {
    return `{${String(error)}}`
  }
}

const sources = globSync('**/*.{ts,vue}', { cwd: root }).map((file) => ({ file, source: readFileSync(resolve(root, file), 'utf8') }))
/** A pattern of keys: `*` and `${…}` stand for the changing part. */
const matcher = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}|\*/g, '.+')}$`)

test('every key that is asked for is a message', () => {
  const asked = sources.flatMap(({ file, source }) =>
    [...source.matchAll(/\bt\(\s*(?:'([^']+)'|`([^`]+)`)/g)].map(([, plain, pattern = '']) => ({ file, key: plain ?? pattern })),
  )
  expect(asked.length).toBeGreaterThan(100)
  const missing = asked.filter(({ key }) => (key.includes('${') ? ![...en.keys()].some((known) => matcher(key).test(known)) : !en.has(key)))
  expect(missing).toEqual([])
})

test('every message is used', () => {
  // Keys are passed around too: whatever is written like one counts.
  const written = sources.flatMap(({ source }) => [
    ...[...source.matchAll(/['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g)].map(([, key = '']) => key),
    ...[...source.matchAll(/`([\w-]+\.[^`\n]*\$\{[^`\n]+)`/g)].map(([, key = '']) => key),
  ])
  const patterns = [...dynamic, ...written.filter((key) => key.includes('${'))].map(matcher)
  const plain = new Set(written)
  expect([...en.keys()].filter((key) => !plain.has(key) && !patterns.some((pattern) => pattern.test(key)))).toEqual([])
})
