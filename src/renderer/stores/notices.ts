// Notices: short words at the edge of the window about what has just happened, some with a way back.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { usePlatform } from '../api/platform.ts'
import type { AppError } from '../../shared/errors.ts'
import { i18n } from '../i18n.ts'

interface NoticeAction {
  readonly label: string
  readonly run: () => void
  /** It can be done no more: its button is gone. */
  readonly isOver?: () => boolean
}

export interface Notice {
  readonly id: number
  readonly kind: 'done' | 'warning' | 'error'
  readonly text: string
  /** Of kind `error`. */
  readonly error: AppError | null
  readonly action: NoticeAction | null
}

/** Milliseconds of what went well; the rest stays until it is closed. */
const lifetime = 6000

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let next = 1
  /** In this outage, that something could not be done. */
  let hasSaidLost = false
  usePlatform().connection.onState((state) => {
    if (state !== 'disconnected') hasSaidLost = false
  })

  const show = (notice: Omit<Notice, 'id'>): void => {
    const id = next++
    const others = notices.value.filter(({ kind, text }) => kind !== notice.kind || text !== notice.text)
    notices.value = [...others, { ...notice, id }].slice(-4)
    if (notice.kind === 'done') expire(id)
  }
  const expire = (id: number): void => void timers.set(id, setTimeout(close, lifetime, id))
  const close = (id: number): void => {
    timers.delete(id)
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** Nothing goes away while somebody reads it or is about to press its button. */
  const hold = (): void => {
    for (const timer of timers.values()) clearTimeout(timer)
  }
  const release = (): void => {
    hold()
    for (const id of timers.keys()) expire(id)
  }
  /** Something has been done. @param action e.g. to undo it */
  const tell = (text: string, action: Notice['action'] = null): void => show({ kind: 'done', text, error: null, action })
  /** Something went wrong that has a place of its own to look at. */
  const warn = (text: string, action: Notice['action'] = null): void => show({ kind: 'warning', text, error: null, action })
  /** Something went wrong. What people gave up on themselves is not worth a notice; a lost connection is worth one. */
  const report = (error: AppError): void => {
    if (error.code === 'stopped') return
    if (error.code !== 'disconnected') return show({ kind: 'error', text: error.message, error, action: null })
    if (!hasSaidLost) warn(i18n.global.t('common.notDone'))
    hasSaidLost = true
  }
  return { notices, tell, warn, report, close, hold, release }
})
