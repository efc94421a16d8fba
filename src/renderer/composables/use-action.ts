// Something a person asked for: it runs once at a time, and what goes wrong is shown.
import { getCurrentScope, onScopeDispose, ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useNotices } from '../stores/notices.ts'
import { AppError } from '../../shared/errors.ts'

export interface Action<Input extends readonly unknown[], Output> {
  readonly isRunning: Ref<boolean>
  /** Of the latest attempt. */
  readonly error: ShallowRef<AppError | null>
  /** @returns null where it failed, or is running already */
  readonly run: (...input: Input) => Promise<Output | null>
}

/** @param options.quiet the caller shows `error` itself, as long as it is there; else a notice does */
export function useAction<Input extends readonly unknown[], Output>(
  act: (...input: Input) => Promise<Output>,
  options: { readonly quiet?: boolean } = {},
): Action<Input, Output> {
  const notices = useNotices()
  const isRunning = ref(false)
  const error = shallowRef<AppError | null>(null)
  let isGone = false
  if (getCurrentScope()) onScopeDispose(() => (isGone = true))
  const run = async (...input: Input): Promise<Output | null> => {
    if (isRunning.value) return null
    isRunning.value = true
    error.value = null
    try {
      return await act(...input)
    } catch (thrown) {
      error.value = AppError.from(thrown)
      if (!options.quiet || isGone) notices.report(error.value)
      return null
    } finally {
      isRunning.value = false
    }
  }
  return { isRunning, error, run }
}
