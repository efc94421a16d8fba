// Key combinations: from a key press, and into the keys as they are written on this machine's keyboard.

const isMacHere = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** What of a key press says which keys are meant. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'getModifierState'>

const alone = ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'ScrollLock', 'Fn', 'Dead', 'Process', 'Unidentified']

/** E.g. `Mod+Shift+Z`, `?`, `Space`; null for a modifier alone. Mod = Ctrl, on a Mac the command key. */
export function combinationOf(event: KeyPress, isMac = isMacHere): string | null {
  if (alone.includes(event.key)) return null
  // AltGr makes signs (`@` on a German keyboard); Windows tells it as Ctrl and Alt, which are then part of the sign.
  const isAltGraph = event.key.length === 1 && event.getModifierState('AltGraph')
  const hasAlt = event.altKey && !isAltGraph
  const name = nameOf(event, hasAlt)
  // Shift is part of what a sign like `?` is.
  const hasShift = event.shiftKey && (name.length > 1 || /^\p{L}$/u.test(name) || (hasAlt && /^\d$/.test(name)))
  const mod = isMac ? event.metaKey : event.ctrlKey && !isAltGraph
  const other = isMac ? event.ctrlKey && 'Ctrl' : event.metaKey && 'Meta'
  return [mod && 'Mod', other, hasAlt && 'Alt', hasShift && 'Shift', name].filter(Boolean).join('+')
}

function nameOf({ key, code }: KeyPress, hasAlt: boolean): string {
  if (key === ' ' || key === '\u00a0') return 'Space'
  const [, letter, digit] = /^(?:Key([A-Z])|Digit(\d))$/.exec(code) ?? []
  // With Alt, keyboards make other signs of letters and digits: the key itself is meant.
  if (hasAlt && digit !== undefined) return digit
  const isLatin = /^\p{Script=Latin}$/u.test(key)
  if (letter !== undefined && ((hasAlt && !/^[a-z]$/i.test(key)) || (!isLatin && /^\p{L}$/u.test(key)))) return letter
  // One sign, too, where capitals have two (`ß`).
  return isLatin && key.toUpperCase().length === 1 ? key.toUpperCase() : key
}

/** The parts of a combination, e.g. `Mod` and `+` of `Mod++`. */
export function partsOf(combination: string): string[] {
  return combination === '+' ? ['+'] : combination.split(/\+(?!$)/)
}

/** The keys of a combination as they are written on this machine's keyboard. */
export function keyCaps(combination: string, isMac = isMacHere): string[] {
  const caps: Record<string, string> = isMac
    ? { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Backspace: '⌫', Enter: '↩', Escape: 'esc' }
    : { Mod: 'Ctrl', Meta: '⊞', Backspace: '⌫', Escape: 'Esc', Delete: 'Del' }
  const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }
  return partsOf(combination).map((part) => caps[part] ?? arrows[part] ?? part)
}
