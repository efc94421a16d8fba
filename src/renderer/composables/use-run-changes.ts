// What can be done to a run wherever it is shown. Answers are not shown: events tell what becomes of runs, and they come in order.
import { useI18n } from 'vue-i18n'
import type { Run, RunState } from '../../shared/contract/runs.ts'
import { useApi } from '../api/platform.ts'
import { useConfirmStore } from '../stores/confirm.ts'
import { useNotices } from '../stores/notices.ts'
import { useAction } from './use-action.ts'
import type { Action } from './use-action.ts'

export const runTones: Readonly<Record<RunState, 'neutral' | 'accent' | 'good' | 'warn' | 'bad'>> = {
  queued: 'neutral',
  running: 'accent',
  paused: 'warn',
  interrupted: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'neutral',
}

export function canResume({ state }: Run): boolean {
  return state === 'paused' || state === 'interrupted' || state === 'failed'
}

export interface RunChanges {
  readonly rename: Action<[Run, string], unknown>
  readonly resume: Action<[Run], unknown>
  /** After a question. Resolves to whether the run is in the trash. */
  readonly remove: Action<[Run], boolean>
}

export function useRunChanges(): RunChanges {
  const { t } = useI18n()
  const api = useApi()
  const confirm = useConfirmStore()
  const notices = useNotices()
  return {
    rename: useAction(({ project, id }, name) => api.runs.rename({ project, run: id, name })),
    resume: useAction(({ project, id }) => api.runs.resume({ project, run: id })),
    remove: useAction(async ({ project, id, name }) => {
      const question = { title: t('results.delete.title', { name }), text: t('results.delete.text'), yes: t('results.delete.yes') }
      if (!(await confirm.ask({ ...question, isDangerous: true }))) return false
      await api.runs.delete({ project, run: id })
      notices.tell(t('results.delete.done', { name }))
      return true
    }),
  }
}
