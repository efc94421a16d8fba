// Key combinations: from a key press, into words for people, and which belong to which command.
import type { Settings } from '../../shared/contract/system.ts'
import { commandIds, commands } from './table.ts'
import type { CommandId } from './table.ts'

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** E.g. `Mod+Shift+Z`, `?`, `Space`; null for a modifier alone. */
export function combinationOf(event: KeyboardEvent): string | null {
  const { key } = event
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process', 'Unidentified'].includes(key)) return null
  const isLetter = /^\p{L}$/u.test(key)
  // With Alt, many layouts make another character of a digit or letter: the key itself is meant.
  const code = event.altKey ? /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] : undefined
  const name = code ?? (key === ' ' ? 'Space' : isLetter ? key.toUpperCase() : key)
  // Shift is part of what a sign like `?` is.
  const hasShift = event.shiftKey && (isLetter || key.length > 1 || code !== undefined)
  const mod = isMac ? event.metaKey : event.ctrlKey
  return [mod && 'Mod', event.altKey && 'Alt', hasShift && 'Shift', name].filter(Boolean).join('+')
}

/** The keys of a combination as they are written on this machine's keyboard. */
export function keyCaps(combination: string): string[] {
  const caps: Record<string, string> = isMac
    ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', Backspace: '⌫', Enter: '↩', Escape: 'esc' }
    : { Mod: 'Ctrl', Backspace: '⌫', Escape: 'Esc' }
  const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }
  const parts = combination === '+' ? ['+'] : combination.split(/\+(?!$)/)
  return parts.map((part) => caps[part] ?? arrows[part] ?? part)
}

/** The combinations of a command: the person's own one, or ours. */
export function keysOf(id: CommandId, shortcuts: Settings['shortcuts']): readonly string[] {
  const own = shortcuts[id]
  return own === undefined ? commands[id].keys : [own]
}

/** Commands that a combination stands for. */
export function commandsOf(combination: string, shortcuts: Settings['shortcuts']): CommandId[] {
  return commandIds.filter((id) => keysOf(id, shortcuts).includes(combination))
}
