// How a person likes to label: remembered on this machine.
import { ref, watch } from 'vue'
import type { Ref } from 'vue'

export interface Preferences {
  /** Pixels of a thumbnail's edge, about. */
  readonly size: Ref<number>
  /** After one image was labelled by a key, go on to the next one. */
  readonly goesOn: Ref<boolean>
  /** Labels wanted for each class. */
  readonly goal: Ref<number>
}

export const sizes = { smallest: 64, largest: 400, step: 24 }

export function usePreferences(): Preferences {
  return {
    size: remembered('size', 136, (value) => typeof value === 'number' && value >= sizes.smallest && value <= sizes.largest),
    goesOn: remembered('goes-on', true, (value) => typeof value === 'boolean'),
    goal: remembered('goal', 8, (value) => typeof value === 'number' && value >= 1 && value <= 100_000),
  }
}

function remembered<Value>(name: string, usual: Value, fits: (value: unknown) => boolean): Ref<Value> {
  const key = `self-tuning.label.${name}`
  const value = ref(read(key, usual, fits)) as Ref<Value>
  watch(value, (now) => localStorage.setItem(key, JSON.stringify(now)))
  return value
}

function read<Value>(key: string, usual: Value, fits: (value: unknown) => boolean): Value {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return fits(value) ? (value as Value) : usual
  } catch {
    return usual
  }
}
