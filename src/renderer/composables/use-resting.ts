// What a person stays at, for work that is not worth doing for each thing that a held arrow key passes over.
import { onScopeDispose, readonly, ref, watch } from 'vue'
import type { Ref } from 'vue'

/** Milliseconds. */
const rest = 250

/** @returns the value once it has stayed the same for a moment; null until then */
export function useResting(value: () => number): Readonly<Ref<number | null>> {
  const resting = ref<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    value,
    (now) => {
      resting.value = null
      clearTimeout(timer)
      timer = setTimeout(() => (resting.value = now), rest)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return readonly(resting)
}
