// Changing a command's keys: waits for the new ones, says what stands against them, and keeps them.
import { computed, onScopeDispose, ref } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { combinationOf } from '../commands/keys.ts'
import { assigned, conflicts, keysOf, refusal, reset } from '../commands/shortcuts.ts'
import type { Refusal, Shortcuts } from '../commands/shortcuts.ts'
import type { CommandId } from '../commands/table.ts'
import { useNotices } from '../stores/notices.ts'
import { useSettings } from '../stores/settings.ts'

/** What became of the keys that were pressed. */
export interface Attempt {
  readonly combination: string
  /** Why they cannot be had. */
  readonly refused: Refusal | 'last' | null
  /** Whose they are, and what these have left after the change. */
  readonly others: readonly { readonly command: CommandId; readonly keys: readonly string[] }[]
  readonly next: Shortcuts | null
}

export interface ShortcutChanges {
  /** The command that waits for keys. */
  readonly waiting: Ref<CommandId | null>
  readonly attempt: ComputedRef<Attempt | null>
  readonly hasOwn: ComputedRef<boolean>
  isOwn(id: CommandId): boolean
  keys(id: CommandId): readonly string[]
  begin(id: CommandId): void
  giveUp(): void
  /** Takes the keys although others had them. */
  take(): void
  reset(id: CommandId): void
  resetAll(): void
}

/** Class of the row in which keys are awaited. */
export const waitingRow = 'waiting'

export function useShortcutChanges(): ShortcutChanges {
  const { t } = useI18n()
  const store = useSettings()
  const notices = useNotices()
  const waiting = ref<CommandId | null>(null)
  const pressed = ref<string | null>(null)
  const shortcuts = computed(() => store.settings.shortcuts)

  const attempt = computed<Attempt | null>(() => {
    const [id, combination] = [waiting.value, pressed.value]
    if (id === null || combination === null) return null
    const next = assigned(id, combination, shortcuts.value)
    const others = conflicts(id, combination, shortcuts.value)
    return {
      combination,
      refused: refusal(id, combination) ?? (next === null ? 'last' : null),
      others: others.map((command) => ({ command, keys: next ? keysOf(command, next) : [] })),
      next,
    }
  })
  const keep = (next: Shortcuts): void => {
    giveUp()
    void store.update({ shortcuts: next })
  }
  const take = (): void => {
    const found = attempt.value
    if (found?.next && found.refused === null) keep(found.next)
  }
  const giveUp = (): void => {
    waiting.value = null
    pressed.value = null
  }
  // Before everything else that hears keys: what is pressed now is meant as keys, not as what they do.
  const hear = (event: KeyboardEvent): void => {
    if (waiting.value === null || event.isComposing) return
    // The focus has gone elsewhere, and the row that waits has not heard of it yet.
    const at = event.target instanceof Element && event.target !== document.body ? event.target : null
    if (at && !at.closest(`.${waitingRow}`)) return giveUp()
    const combination = combinationOf(event)
    const isOnButton = pressed.value !== null && event.target instanceof HTMLButtonElement
    if (isOnButton && /^(Enter|Space|(Shift\+)?Tab)$/.test(combination ?? '')) return
    event.preventDefault()
    event.stopPropagation()
    if (combination === null || event.repeat) return
    if (combination === 'Escape') return giveUp()
    pressed.value = combination
    const found = attempt.value
    if (found?.refused === null && found.others.length === 0) take()
  }
  addEventListener('keydown', hear, { capture: true })
  onScopeDispose(() => removeEventListener('keydown', hear, { capture: true }))

  return {
    waiting,
    attempt,
    hasOwn: computed(() => Object.keys(shortcuts.value).length > 0),
    isOwn: (id) => shortcuts.value[id] !== undefined,
    keys: (id) => keysOf(id, shortcuts.value),
    begin: (id) => {
      waiting.value = id
      pressed.value = null
    },
    giveUp,
    take,
    reset: (id) => keep(reset(id, shortcuts.value)),
    resetAll: () => {
      const before = shortcuts.value
      keep({})
      notices.tell(t('commands.allReset'), { label: t('commands.bringBack'), run: () => void store.update({ shortcuts: before }) })
    },
  }
}
