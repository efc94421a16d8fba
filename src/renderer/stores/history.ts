// Undo and redo of what people change in the open project, without limit, across restarts.
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useApi } from '../api/platform.ts'
import { useResource } from '../composables/use-resource.ts'
import type { Action } from '../../shared/contract/labels.ts'
import { AppError } from '../../shared/errors.ts'
import { i18n } from '../i18n.ts'
import { useNotices } from './notices.ts'
import type { Notice } from './notices.ts'
import { useProject } from './project.ts'
import { useSaving } from './saving.ts'

export const useHistory = defineStore('history', () => {
  const api = useApi()
  const project = useProject()
  const notices = useNotices()
  const saving = useSaving()
  const { data, reload } = useResource(
    (signal) => (project.id === null ? null : api.labels.history({ project: project.id, limit: 1 }, { signal })),
    {
      of: () => project.id,
      on: {
        'labels.changed': project.isMine,
        'classes.changed': project.isMine,
        'splits.changed': project.isMine,
        'images.changed': project.isMine,
      },
    },
  )
  const canUndo = computed(() => data.value?.canUndo ?? false)
  const canRedo = computed(() => data.value?.canRedo ?? false)

  const move = async (direction: 'undo' | 'redo'): Promise<void> => {
    const { id } = project
    if (id === null) return
    try {
      const { action } = await saving.inTurn(() => api.labels[direction]({ project: id }))
      notices.tell(action ? describe(direction, action) : i18n.global.t(`common.nothingTo.${direction}`))
    } catch (error) {
      notices.report(AppError.from(error))
    }
  }

  const takeBack = async (id: string, only: number): Promise<void> => {
    try {
      const { action } = await saving.inTurn(() => api.labels.undo({ project: id, action: only }))
      if (action) notices.tell(describe('undo', action))
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'conflict') notices.warn(i18n.global.t('common.notTheLatest'))
      else notices.report(error)
    }
  }
  const latest = async (id: string): Promise<Action | undefined> =>
    (await api.labels.history({ project: id, limit: 1 })).actions.find(({ undone }) => !undone)
  /** Makes a change of one kind, with the button of its notice: it takes back this change and no other, and is gone after the next one.
   * @returns no button where nothing has changed, or something else has since */
  const noted = async <Answer>(
    kind: Action['kind'],
    id: string,
    change: () => Promise<Answer>,
  ): Promise<{ answer: Answer; undo: Notice['action'] }> => {
    const before = await latest(id)
    const answer = await change()
    const made = await latest(id).catch(() => undefined)
    if (made?.kind !== kind || made.id === before?.id) return { answer, undo: null }
    const isOver = (): boolean => {
      const newest = data.value?.actions[0]
      return project.id !== id || (newest !== undefined && (newest.id > made.id || (newest.id === made.id && newest.undone)))
    }
    return { answer, undo: { label: i18n.global.t('label.undo'), run: () => void takeBack(id, made.id), isOver } }
  }
  return { canUndo, canRedo, undo: () => move('undo'), redo: () => move('redo'), noted, reload }
})

function describe(direction: 'undo' | 'redo', { kind, subject, images }: Action): string {
  const { t } = i18n.global
  return t(`common.${direction}`, { action: t(`common.actions.${kind}`, { subject: subject ?? '', count: images }, images) })
}
