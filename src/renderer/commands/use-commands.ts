// Who answers a command now: views and dialogs say what they can do as long as they are there; the latest one comes first.
import { onScopeDispose, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { useSettings } from '../stores/settings.ts'
import { kindOf, needsKey } from './controls.ts'
import { combinationOf } from './keys.ts'
import { commandsOf } from './shortcuts.ts'
import type { CommandId } from './table.ts'

/** @returns false where it does not apply now: whoever else knows the command is asked */
type Answer = (event: KeyboardEvent) => unknown
export type Answers = { readonly [Id in CommandId]?: Answer }

interface Listener {
  readonly answers: Answers
  readonly other: ((event: KeyboardEvent, combination: string) => boolean) | undefined
  readonly enabled: MaybeRefOrGetter<boolean>
  /** Listens while a dialog is open, as only a part of that dialog should. */
  readonly inDialog: boolean
}

const listeners: Listener[] = []

/** @param options.other asked about keys that no command of this listener takes, e.g. those of classes; true = it was one of them */
export function useCommands(
  answers: Answers,
  options: { readonly other?: Listener['other']; readonly enabled?: MaybeRefOrGetter<boolean>; readonly inDialog?: boolean } = {},
): void {
  const listener = { answers, other: options.other, enabled: options.enabled ?? true, inDialog: options.inDialog ?? false }
  listeners.push(listener)
  onScopeDispose(() => listeners.splice(listeners.indexOf(listener), 1))
}

/** A command that a menu wishes. @returns false where nobody answers it now */
export function runCommand(id: CommandId): boolean {
  const event = new KeyboardEvent('keydown')
  return listening().some(({ answers }) => isTaken(answers, id, event))
}

/** Who is asked now, the latest first. A popover keeps only the keys that are pressed in it. @param target where a key was pressed */
function listening(target: EventTarget | null = null): Listener[] {
  const isInDialog =
    document.querySelector('[role="dialog"]:not(.popover), [role="alertdialog"]') !== null ||
    (target instanceof Element && target.closest('.popover') !== null)
  return listeners.toReversed().filter(({ enabled, inDialog }) => toValue(enabled) && inDialog === isInDialog)
}

function isTaken(answers: Answers, id: CommandId, event: KeyboardEvent): boolean {
  const answer = answers[id]
  return answer !== undefined && answer(event) !== false
}

/** Hears all keys of the page: once, in the outermost component. */
export function useKeyboard(): void {
  const settings = useSettings()
  const hear = (event: KeyboardEvent): void => {
    const combination = event.defaultPrevented || event.isComposing ? null : combinationOf(event)
    if (combination === null || needsKey(kindOf(event.target), combination)) return
    // A menu finds its entries by their letters.
    if (document.querySelector('[role="menu"]')) return
    const ids = commandsOf(combination, settings.settings.shortcuts)
    for (const { answers, other } of listening(event.target))
      if (ids.some((id) => isTaken(answers, id, event)) || other?.(event, combination)) return event.preventDefault()
  }
  addEventListener('keydown', hear)
  onScopeDispose(() => removeEventListener('keydown', hear))
}
