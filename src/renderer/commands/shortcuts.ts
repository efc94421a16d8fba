// Which keys stand for which command: ours, and what the person has changed. One key means one thing wherever two commands can meet.
import type { Settings } from '../../shared/contract/system.ts'
import { commandIds, commands } from './table.ts'
import type { CommandId } from './table.ts'

/** The person's own keys by command: each takes the place of the first of ours; the further ones stay. */
export type Shortcuts = Settings['shortcuts']

/** Whether both can be asked for at the same moment. */
export function meet(one: CommandId, other: CommandId): boolean {
  const [a, b] = [commands[one].scope, commands[other].scope]
  return a === b || a === 'everywhere' || b === 'everywhere'
}

/** The combinations of a command, the one to show first. A key that the person gave to another command is no longer among them. */
export function keysOf(id: CommandId, shortcuts: Shortcuts): readonly string[] {
  const own = shortcuts[id]
  const given = commands[id].keys.filter((key) => !owners(key, shortcuts).some((other) => other !== id && meet(id, other)))
  if (own === undefined) return given
  return [own, ...given.filter((key) => key !== commands[id].keys[0] && key !== own)]
}

/** Commands that a combination stands for. */
export function commandsOf(combination: string, shortcuts: Shortcuts): CommandId[] {
  return commandIds.filter((id) => keysOf(id, shortcuts).includes(combination))
}

function owners(combination: string, shortcuts: Shortcuts): CommandId[] {
  return commandIds.filter((id) => shortcuts[id] === combination)
}

export type Refusal = 'tab' | 'escape' | 'digit' | 'browser'

/** Why a combination cannot be given to a command; null where it can. */
export function refusal(id: CommandId, combination: string): Refusal | null {
  if (commands[id].keys.includes(combination)) return null
  if (/^(Shift\+)?Tab$/.test(combination)) return 'tab'
  if (combination === 'Escape') return 'escape'
  if (/^[1-9]$/.test(combination) && commands[id].scope !== 'train') return 'digit'
  return /^(Mod\+(Shift\+)?[TNWRQLP]|Mod\+Shift\+[IJ]|Mod\+[1-9]|F5|F11|F12|Alt\+F4|Meta\+.*)$/.test(combination) ? 'browser' : null
}

/** Commands that have the combination already, where the one could be asked for too. */
export function conflicts(id: CommandId, combination: string, shortcuts: Shortcuts): CommandId[] {
  return commandsOf(combination, shortcuts).filter((other) => other !== id && meet(id, other))
}

/** Gives a combination to a command. Those that lose it keep their further keys, or get the key that becomes free.
 * @returns null where that would leave a command without a key */
export function assigned(id: CommandId, combination: string, shortcuts: Shortcuts): Shortcuts | null {
  const free = keysOf(id, shortcuts)[0]
  const next = new Map(Object.entries({ ...shortcuts, [id]: combination }))
  for (const other of conflicts(id, combination, shortcuts)) {
    const keepsOthers = keysOf(other, shortcuts).length > 1
    if (next.get(other) === combination) next.delete(other)
    if (!keepsOthers && free !== undefined) next.set(other, free)
  }
  const tidy = withoutDefaults(next)
  return commandIds.every((one) => isReached(one, tidy)) ? tidy : null
}

function isReached(id: CommandId, shortcuts: Shortcuts): boolean {
  const keys = keysOf(id, shortcuts)
  return keys.length > 0 && keys.every((key) => conflicts(id, key, shortcuts).length === 0)
}

/** Back to our keys, for the command and for those that have one of them now. */
export function reset(id: CommandId, shortcuts: Shortcuts): Shortcuts {
  const next = new Map(Object.entries(shortcuts))
  const due = [id]
  for (let one = due.pop(); one !== undefined; one = due.pop()) {
    next.delete(one)
    const ours = one
    due.push(...commandIds.filter((other) => other !== ours && meet(ours, other) && commands[ours].keys.includes(next.get(other) ?? '')))
  }
  return Object.fromEntries(next)
}

/** What equals our own key needs no word; what is no command of ours, e.g. of a newer version, stays. */
function withoutDefaults(shortcuts: ReadonlyMap<string, string>): Shortcuts {
  const ours = new Map<string, string | undefined>(commandIds.map((id) => [id, commands[id].keys[0]]))
  return Object.fromEntries([...shortcuts].filter(([id, key]) => ours.get(id) !== key))
}
