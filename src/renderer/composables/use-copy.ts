// Text into the clipboard, and a short sign that it is there.
import { ref } from 'vue'
import type { Ref } from 'vue'
import { AppError } from '../../shared/errors.ts'
import { useNotices } from '../stores/notices.ts'

export function useCopy(): { copy: (text: string) => Promise<void>; hasCopied: Ref<boolean> } {
  const notices = useNotices()
  const hasCopied = ref(false)
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      hasCopied.value = true
      setTimeout(() => (hasCopied.value = false), 1500)
    } catch (error) {
      notices.report(new AppError('no-access', `clipboard: expected to write to it, found ${String(error)}`))
    }
  }
  return { copy, hasCopied }
}
