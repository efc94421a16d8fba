// Key presses as browsers tell them, on several keyboards and systems.
import { expect, test } from 'vitest'
import { combinationOf, keyCaps, partsOf } from '../../../src/renderer/commands/keys.ts'
import type { KeyPress } from '../../../src/renderer/commands/keys.ts'

interface Press {
  readonly key: string
  readonly code?: string
  readonly held?: string
}
const press = ({ key, code = '', held = '' }: Press): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
  getModifierState: (name) => name === 'AltGraph' && held.includes('graph'),
})

const cases: readonly [what: string, event: Press, expected: string | null, system?: 'mac'][] = [
  ['a letter', { key: 'z', code: 'KeyZ' }, 'Z'],
  ['a letter with caps lock', { key: 'Z', code: 'KeyZ' }, 'Z'],
  ['a modifier alone', { key: 'Shift', code: 'ShiftLeft', held: 'shift' }, null],
  ['a dead key', { key: 'Dead', code: 'Equal' }, null],
  ['Shift and a letter', { key: 'Z', code: 'KeyZ', held: 'shift' }, 'Shift+Z'],
  ['Shift is part of a sign', { key: '?', code: 'Slash', held: 'shift' }, '?'],
  ['? on a German keyboard', { key: '?', code: 'Minus', held: 'shift' }, '?'],
  ['+ on the number pad', { key: '+', code: 'NumpadAdd' }, '+'],
  ['Shift and Space', { key: ' ', code: 'Space', held: 'shift' }, 'Shift+Space'],
  ['Shift and an arrow', { key: 'ArrowUp', code: 'ArrowUp', held: 'shift' }, 'Shift+ArrowUp'],
  ['Ctrl', { key: 'z', code: 'KeyZ', held: 'ctrl' }, 'Mod+Z'],
  ['Ctrl and Shift', { key: 'Z', code: 'KeyZ', held: 'ctrl shift' }, 'Mod+Shift+Z'],
  ['the Windows key is none of ours', { key: 'z', code: 'KeyZ', held: 'meta' }, 'Meta+Z'],
  ['Alt and a digit', { key: '1', code: 'Digit1', held: 'alt' }, 'Alt+1'],
  ['Alt and a digit on a French keyboard', { key: '&', code: 'Digit1', held: 'alt' }, 'Alt+1'],
  ['Alt, Shift and a digit', { key: '!', code: 'Digit1', held: 'alt shift' }, 'Alt+Shift+1'],
  ['Alt and a letter on a French keyboard', { key: 'a', code: 'KeyQ', held: 'alt' }, 'Alt+A'],
  ['AltGr makes a sign, told as Ctrl and Alt', { key: '@', code: 'KeyQ', held: 'ctrl alt graph' }, '@'],
  ['AltGr makes a letter', { key: 'ł', code: 'KeyL', held: 'ctrl alt graph' }, 'Ł'],
  ['a Cyrillic letter by its place', { key: 'я', code: 'KeyZ' }, 'Z'],
  ['Ctrl and a Cyrillic letter', { key: 'я', code: 'KeyZ', held: 'ctrl' }, 'Mod+Z'],
  ['a Latin letter by its name', { key: 'y', code: 'KeyZ' }, 'Y'],
  ['an umlaut', { key: 'ä', code: 'Quote' }, 'Ä'],
  ['a letter without a capital of one sign', { key: 'ß', code: 'Minus' }, 'ß'],
  ['command on a Mac', { key: 'z', code: 'KeyZ', held: 'meta' }, 'Mod+Z', 'mac'],
  ['control on a Mac is another key', { key: 'z', code: 'KeyZ', held: 'ctrl' }, 'Ctrl+Z', 'mac'],
  ['option makes another sign on a Mac', { key: '¡', code: 'Digit1', held: 'alt' }, 'Alt+1', 'mac'],
  ['option and a letter on a Mac', { key: 'Ω', code: 'KeyZ', held: 'alt' }, 'Alt+Z', 'mac'],
  ['option and Space on a Mac', { key: '\u00a0', code: 'Space', held: 'alt' }, 'Alt+Space', 'mac'],
]

test.each(cases.map(([what, event, expected, system]) => ({ what, event, expected, system })))('$what', ({ event, expected, system }) => {
  expect(combinationOf(press(event), system === 'mac')).toBe(expected)
})

test('a plus sign is a key, not a joint', () => {
  expect([partsOf('+'), partsOf('Mod++'), partsOf('Mod+Shift+Z')]).toEqual([['+'], ['Mod', '+'], ['Mod', 'Shift', 'Z']])
})

test('keys are written as on the keyboard', () => {
  expect(keyCaps('Mod+Shift+ArrowUp', false)).toEqual(['Ctrl', 'Shift', '↑'])
  expect(keyCaps('Mod+Alt+Backspace', true)).toEqual(['⌘', '⌥', '⌫'])
})
