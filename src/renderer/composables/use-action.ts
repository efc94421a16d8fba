// Something a person asked for: it runs once at a time, and what goes wrong is shown.
import { ref, shallowRef } from 'vue'
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

/** @param options.quiet the caller shows `error` itself; else a notice does */
export function useAction<Input extends readonly unknown[], Output>(
  act: (...input: Input) => Promise<Output>,
  options: { readonly quiet?: boolean } = {},
): Action<Input, Output> {
  const notices = useNotices()
  const isRunning = ref(false)
  const error = shallowRef<AppError | null>(null)
  const run = async (...input: Input): Promise<Output | null> => {
    if (isRunning.value) return null
    isRunning.value = true
    error.value = null
    try {
      return await act(...input)
    } catch (thrown) {
      error.value = AppError.from(thrown)
      if (!options.quiet) notices.report(error.value)
      return null
    } finally {
      isRunning.value = false
    }
  }
  return { isRunning, error, run }
}
