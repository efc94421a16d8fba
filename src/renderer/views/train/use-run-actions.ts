// What can be done to a run, with the questions that belong before it.
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import type { Run } from '../../../shared/contract/runs.ts'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Action } from '../../composables/use-action.ts'
import { useConfirmStore } from '../../stores/confirm.ts'

export interface RunActions {
  readonly pause: Action<[Run], unknown>
  readonly resume: Action<[Run], unknown>
  /** Ends it; the best weights so far become a model. */
  readonly keepBest: Action<[Run], unknown>
  /** Ends it, and nothing is made of it. */
  readonly throwAway: Action<[Run], unknown>
  readonly remove: Action<[Run], unknown>
  readonly rename: Action<[Run, string], unknown>
  /** @param position 1 = next */
  readonly move: Action<[Run, number], unknown>
}

/** Answers are not shown: events tell what becomes of runs, and they come in order. */
export function useRunActions(): RunActions {
  const { t } = useI18n()
  const api = useApi()
  const route = useRoute()
  const router = useRouter()
  const confirm = useConfirmStore()
  const of = ({ id, project }: Run): { run: string; project: string } => ({ run: id, project })
  const sure = (question: 'throwAway' | 'remove' | 'withdraw', { name }: Run): Promise<boolean> =>
    confirm.ask({
      title: t(`train.ask.${question}.title`, { name }),
      text: t(`train.ask.${question}.text`),
      yes: t(`train.ask.${question}.yes`),
      isDangerous: true,
    })
  return {
    pause: useAction((run) => api.runs.pause(of(run))),
    resume: useAction((run) => api.runs.resume(of(run))),
    keepBest: useAction((run) => api.runs.cancel({ ...of(run), keepBest: true })),
    throwAway: useAction(async (run) => {
      if (await sure(run.startedAt === null ? 'withdraw' : 'throwAway', run)) await api.runs.cancel({ ...of(run), keepBest: false })
    }),
    remove: useAction(async (run) => {
      if (!(await sure('remove', run))) return
      await api.runs.delete(of(run))
      // Whoever has gone elsewhere stays there.
      if (route.name === 'train' && route.query['run'] === run.id) await router.replace({ query: {} })
    }),
    rename: useAction((run, name) => api.runs.rename({ ...of(run), name })),
    move: useAction((run, position) => api.runs.move({ ...of(run), position })),
  }
}
