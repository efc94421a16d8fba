// Changed keys: whatever a person changes, in whatever order, a key means one thing and no command is left without one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assigned, commandsOf, conflicts, keysOf, meet, refusal, reset } from '../../../src/renderer/commands/shortcuts.ts'
import type { Shortcuts } from '../../../src/renderer/commands/shortcuts.ts'
import { commandIds, commands } from '../../../src/renderer/commands/table.ts'
import { classKeys } from '../../../src/shared/class-keys.ts'

function expectOneMeaning(shortcuts: Shortcuts): void {
  for (const id of commandIds) {
    const keys = keysOf(id, shortcuts)
    expect(keys, id).not.toEqual([])
    for (const key of keys)
      expect(
        commandsOf(key, shortcuts).filter((other) => meet(id, other)),
        key,
      ).toEqual([id])
  }
}

test('our own keys mean one thing each', () => expectOneMeaning({}))

test('classes are given all digits and letters that are no command’s', () => {
  const free = Array.from('123456789abcdefghijklmnopqrstuvwxyz').filter((key) =>
    commandsOf(key.toUpperCase(), {}).every((id) => commands[id].scope === 'train'),
  )
  expect(classKeys).toEqual(free)
})

test('every sequence of changes leaves one meaning for each key and a key for each command', () => {
  const keys = [...new Set(commandIds.flatMap((id) => commands[id].keys)), 'Q', 'Mod+J', 'Shift+F2']
  const step = fc.record({ id: fc.constantFrom(...commandIds), key: fc.option(fc.constantFrom(...keys), { nil: null }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let shortcuts: Shortcuts = {}
      for (const { id, key } of steps) {
        const next = key === null ? reset(id, shortcuts) : assigned(id, key, shortcuts)
        if (next) expect(keysOf(id, next)[0]).toBe(key ?? commands[id].keys[0])
        shortcuts = next ?? shortcuts
      }
      expectOneMeaning(shortcuts)
      expect(commandIds.reduce((left, id) => reset(id, left), shortcuts)).toEqual({})
    }),
    { numRuns: 300 },
  )
})

test('a command keeps its further keys when its first is changed', () => {
  expect(keysOf('undo', assigned('undo', 'Q', {}) ?? {})).toEqual(['Q', 'Mod+Z'])
})

test('keys are swapped with a command that has no other, taken from one that has', () => {
  expect(conflicts('nextUseful', 'U', {})).toEqual(['nextUnlabelled'])
  expect(assigned('nextUseful', 'U', {})).toEqual({ nextUseful: 'U', nextUnlabelled: 'N' })
  const taken = assigned('nextUseful', 'Backspace', {}) ?? {}
  expect([keysOf('nextUseful', taken), keysOf('clearLabel', taken)]).toEqual([['Backspace'], ['0', 'Delete']])
})

test('a swap that would leave a third command without a key is refused', () => {
  // `-` would go to the start's command, which then meets the preview's own `-`.
  expect(assigned('thumbnailsSmaller', 'Alt+0', {})).toBeNull()
})

test('commands that never meet may share a key', () => {
  expect(conflicts('zoomFit', 'N', {})).toEqual([])
  expect(conflicts('zoomFit', 'Z', {})).toEqual(['undo'])
})

test.each([
  ['Tab', 'tab'],
  ['Escape', 'escape'],
  ['5', 'digit'],
  ['Mod+W', 'browser'],
  ['Meta+D', 'browser'],
  ['Q', null],
] as const)('%s: %s', (key, reason) => expect(refusal('nextUseful', key)).toBe(reason))
