// Undo and redo of what people change in the open project, without limit, across restarts.
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useApi } from '../api/platform.ts'
import { useResource } from '../composables/use-resource.ts'
import type { Action } from '../../shared/contract/labels.ts'
import { AppError } from '../../shared/errors.ts'
import { i18n } from '../i18n.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'

export const useHistory = defineStore('history', () => {
  const api = useApi()
  const project = useProject()
  const notices = useNotices()
  const mine = (event: { project: string }): boolean => event.project === project.id
  const { data, reload } = useResource(
    (signal) => (project.id === null ? null : api.labels.history({ project: project.id, limit: 1 }, { signal })),
    {
      of: () => project.id,
      on: { 'labels.changed': mine, 'classes.changed': mine, 'splits.changed': mine, 'images.changed': mine },
    },
  )
  const canUndo = computed(() => data.value?.canUndo ?? false)
  const canRedo = computed(() => data.value?.canRedo ?? false)

  // One after the other: a key that is held down must not make two calls overtake each other.
  let turn: Promise<void> = Promise.resolve()
  const move = (direction: 'undo' | 'redo'): Promise<void> =>
    (turn = turn.then(async () => {
      if (project.id === null) return
      try {
        const { action } = await api.labels[direction]({ project: project.id })
        notices.tell(action ? describe(direction, action) : i18n.global.t(`common.nothingTo.${direction}`))
      } catch (error) {
        notices.report(AppError.from(error))
      }
    }))
  return { canUndo, canRedo, undo: () => move('undo'), redo: () => move('redo'), reload }
})

function describe(direction: 'undo' | 'redo', { kind, subject, images }: Action): string {
  const { t } = i18n.global
  return t(`common.${direction}`, { action: t(`common.actions.${kind}`, { subject: subject ?? '', count: images }, images) })
}
