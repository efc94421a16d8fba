// Keys that a class can have: digits and letters that are no command's now.
import { computed } from 'vue'
import { commandsOf } from '../commands/shortcuts.ts'
import { commands } from '../commands/table.ts'
import type { CommandId } from '../commands/table.ts'
import { useClasses } from '../stores/classes.ts'
import { useSettings } from '../stores/settings.ts'
import { classKeys } from '../../shared/class-keys.ts'

/** Those of commands last: the person may have given them others. */
const all = [...new Set([...classKeys, 'c', 'f', 'n', 'u', 'y', 'z', '0'])]

/** @returns gives the next free key, or null where none is left @param also keys that are taken besides */
export function useFreeKey(): (also?: ReadonlySet<string>) => string | null {
  const classes = useClasses()
  const keyTaken = useKeyTaken()
  return (also = new Set()) => {
    const taken = new Set(classes.list.map(({ hotkey }) => hotkey))
    return all.find((key) => !taken.has(key) && !also.has(key) && keyTaken(key) === null) ?? null
  }
}

/** @returns gives the command that a key stands for in this view, or null */
export function useKeyTaken(): (key: string) => CommandId | null {
  const settings = useSettings()
  const shortcuts = computed(() => settings.settings.shortcuts)
  return (key) => commandsOf(key.toUpperCase(), shortcuts.value).find((id) => commands[id].scope !== 'train') ?? null
}
