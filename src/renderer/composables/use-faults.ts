// What is wrong in the fields of a form: as long as something is, the form must not go by the values before.
import { computed, inject, onScopeDispose, provide, shallowReactive, watch } from 'vue'
import type { ComputedRef, InjectionKey } from 'vue'

const key: InjectionKey<Map<symbol, string>> = Symbol('faults of a form')

/** For the form. @returns what is wrong, in words */
export function provideFaults(): ComputedRef<readonly string[]> {
  const faults = shallowReactive(new Map<symbol, string>())
  provide(key, faults)
  return computed(() => [...faults.values()])
}

/** For a field of a form. @param words null where nothing is wrong */
export function useFault(words: () => string | null): void {
  const faults = inject(key, null)
  if (!faults) return
  const own = Symbol('field')
  watch(words, (now) => (now === null ? faults.delete(own) : faults.set(own, now)), { immediate: true })
  onScopeDispose(() => faults.delete(own))
}
