// Notices: short words at the edge of the window about what has just happened, some with a way back.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { AppError } from '../../shared/errors.ts'

export interface Notice {
  readonly id: number
  readonly kind: 'done' | 'error'
  readonly text: string
  /** Of kind `error`. */
  readonly error: AppError | null
  readonly action: { readonly label: string; readonly run: () => void } | null
}

/** Milliseconds; an error stays until it is closed. */
const lifetime = 6000

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  let next = 1

  const show = (notice: Omit<Notice, 'id'>): void => {
    const id = next++
    notices.value = [...notices.value, { ...notice, id }].slice(-4)
    if (notice.kind === 'done') setTimeout(() => close(id), lifetime)
  }
  const close = (id: number): void => {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** Something has been done. @param action e.g. to undo it */
  const tell = (text: string, action: Notice['action'] = null): void => show({ kind: 'done', text, error: null, action })
  /** Something went wrong. What the user gave up on himself, and what the connection's own notice tells, is not worth one. */
  const report = (error: AppError): void => {
    if (error.code === 'stopped' || error.code === 'disconnected') return
    show({ kind: 'error', text: error.message, error, action: null })
  }
  return { notices, tell, report, close }
})
