// docs/security.md on Electron's twenty points: each line that it names is there.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const rows = read('docs/security.md')
  .split('\n')
  .flatMap((line) => {
    const [, number, , file, code] = /^\| +(\d+) +\| (.*?) +\| (?:`(.*?)`)? *\| (?:`(.*)`)? *\|$/.exec(line) ?? []
    return number === undefined ? [] : [{ number: Number(number), file, code }]
  })

test('all points are there', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  expect(rows.filter(({ file }) => file === undefined).map(({ number }) => number)).toEqual([10])
})

test.each(rows.filter(({ file }) => file !== undefined))('point $number: $file', ({ file = '', code = '' }) => {
  expect(code).not.toBe('')
  expect(read(file)).toContain(code)
})

test('point 10: no features of Blink are turned on, and nowhere is the sandbox turned off', () => {
  const sources = globSync(['src/{main,preload}/**/*.ts', 'scripts/start.ts', 'package.json'], { cwd: root }).map(read).join('\n')
  expect(sources).not.toMatch(/enableBlinkFeatures|no-sandbox|disable-web-security|sandbox: false/)
})

test('the preload script is short, and one file for the sandbox', () => {
  const length = ['src/preload/index.ts', 'src/preload/bridge.ts'].map((file) => read(file).split('\n').length)
  expect(length.reduce((sum, lines) => sum + lines, 0)).toBeLessThan(60)
  expect(read('electron.vite.config.ts')).toContain("entryFileNames: 'index.cjs'")
})
