// The tokens keep what they promise: text and signs can be told from every ground they stand on, in both themes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contrast, oklch } from '../../../src/renderer/styles/contrast.ts'
import { contrastPairs, least } from '../../../src/renderer/styles/pairs.ts'

const css = readFileSync(new URL('../../../src/renderer/styles/tokens.css', import.meta.url), 'utf8')
const block = (selector: string): [string, string][] => {
  const [, body = ''] = css.split(`${selector} {`)
  return [...(body.split('\n}')[0] ?? '').matchAll(/--([\w-]+): (oklch\([^)]*\));/g)].map(([, name = '', value = '']) => [name, value])
}
const light = new Map(block('\n:root'))
const themes = { light, dark: new Map([...light, ...block(":root[data-theme='dark']")]) }

test('known colours', () => {
  expect(contrast('oklch(0 0 0)', 'oklch(1 0 0)')).toBeCloseTo(21, 3)
  // #767676 is the lightest grey that text may have on white: 4.54.
  expect(contrast('oklch(0.5673 0 0)', 'oklch(1 0 0)')).toBeCloseTo(4.54, 1)
  // Pure sRGB red.
  expect(oklch('oklch(0.62796 0.25768 29.2339)').map((part) => Math.round(part * 1000) / 1000)).toEqual([1, 0, 0, 1])
  expect(oklch('oklch(62.796% .25768 29.2339/5.5%)')[3]).toBe(0.055)
  // Half black over white is stored as 0.5.
  expect(contrast('oklch(0 0 0 / 0.5)', 'oklch(1 0 0)')).toBeCloseTo(3.98, 1)
})

test.each(Object.entries(themes))('%s theme', (_, tokens) => {
  const value = (name: string): string => tokens.get(name) ?? `missing --${name}`
  const weak = contrastPairs
    .map(({ kind, front, on }) => ({ pair: `${front} on ${on.join(' over ')}`, kind, ratio: contrast(value(front), ...on.map(value)) }))
    .filter(({ kind, ratio }) => ratio < least[kind])
  expect(weak).toEqual([])
})
