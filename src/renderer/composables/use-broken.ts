// Whether a picture could not be loaded.
import { computed, ref } from 'vue'
import type { ComputedRef } from 'vue'

/** @returns `failed` = what to do on its `error`: one that is shown no more may fail late */
export function useBroken(address: () => string): { isBroken: ComputedRef<boolean>; failed: (event: Event) => void } {
  const broken = ref<string | null>(null)
  const failed = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLImageElement) broken.value = currentTarget.getAttribute('src')
  }
  return { isBroken: computed(() => broken.value === address()), failed }
}
