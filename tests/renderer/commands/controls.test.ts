// Which keys a control keeps to itself while it has the focus.
import { expect, test } from 'vitest'
import { needsKey } from '../../../src/renderer/commands/controls.ts'

test.each([
  ['text', 'N A Shift+N Backspace Enter Space Escape 1 ? Mod+A Mod+Z Mod+Shift+Z Shift+ArrowLeft Home', true],
  ['text', 'F1 Alt+1 Mod+Enter Mod+, Mod+S', false],
  ['slider', 'ArrowLeft Shift+ArrowRight Home End PageUp', true],
  ['slider', 'N Enter 1 Mod+Z', false],
  ['choices', 'ArrowDown Home Enter Space', true],
  ['choices', 'N 1 Mod+ArrowDown', false],
  ['button', 'Enter Space', true],
  ['button', 'N 1 ArrowDown Mod+Enter', false],
  ['link', 'Enter', true],
  ['link', 'Space N', false],
  ['none', 'Enter Space N ArrowDown', false],
] as const)('%s: %s: %s', (kind, keys, expected) => {
  for (const key of keys.split(' ')) expect(needsKey(kind, key), key).toBe(expected)
})
