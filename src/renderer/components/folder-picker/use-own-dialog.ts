// In the desktop window the system's dialog takes the place of ours.
import { computed, watch } from 'vue'
import type { Ref, WritableComputedRef } from 'vue'
import { usePlatform } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Accept } from './use-folders.ts'

/** @param isOpen somebody wants a path @param choose told the path @returns whether our own dialog is to be seen */
export function useOwnDialog(
  isOpen: Ref<boolean>,
  asked: () => { readonly title: string; readonly accept: Accept },
  choose: (path: string) => void,
): WritableComputedRef<boolean> {
  const { desktop } = usePlatform()
  const ask = useAction(async () => {
    const { title, accept } = asked()
    const answer = await desktop?.api.choosePath({ title, accept: typeof accept === 'string' ? accept : [...accept] })
    if (answer?.path) choose(answer.path)
  })
  watch(
    isOpen,
    (wanted) => {
      if (wanted && desktop && !ask.isRunning.value) void ask.run().finally(() => (isOpen.value = false))
    },
    { immediate: true },
  )
  return computed({ get: () => isOpen.value && desktop === null, set: (open) => (isOpen.value = open) })
}
