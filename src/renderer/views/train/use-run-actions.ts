// What can be done to a run, with the questions that belong before it.
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import type { Run } from '../../../shared/contract/runs.ts'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Action } from '../../composables/use-action.ts'
import { useRunChanges } from '../../composables/use-run-changes.ts'
import type { RunChanges } from '../../composables/use-run-changes.ts'
import { useConfirmStore } from '../../stores/confirm.ts'

export interface RunActions extends RunChanges {
  readonly pause: Action<[Run], unknown>
  /** Ends it; the best weights so far become a model. */
  readonly keepBest: Action<[Run], unknown>
  /** Ends it, and nothing is made of it. */
  readonly throwAway: Action<[Run], unknown>
  /** @param position 1 = next */
  readonly move: Action<[Run, number], unknown>
}

export function useRunActions(): RunActions {
  const { t } = useI18n()
  const api = useApi()
  const route = useRoute()
  const router = useRouter()
  const confirm = useConfirmStore()
  const changes = useRunChanges()
  const of = ({ id, project }: Run): { run: string; project: string } => ({ run: id, project })
  const sure = (question: 'throwAway' | 'withdraw', { name }: Run): Promise<boolean> =>
    confirm.ask({
      title: t(`train.ask.${question}.title`, { name }),
      text: t(`train.ask.${question}.text`),
      yes: t(`train.ask.${question}.yes`),
      isDangerous: true,
    })
  return {
    ...changes,
    pause: useAction((run) => api.runs.pause(of(run))),
    keepBest: useAction((run) => api.runs.cancel({ ...of(run), keepBest: true })),
    throwAway: useAction(async (run) => {
      if (await sure(run.startedAt === null ? 'withdraw' : 'throwAway', run)) await api.runs.cancel({ ...of(run), keepBest: false })
    }),
    remove: useAction(async (run) => {
      const isGone = (await changes.remove.run(run)) ?? false
      // Whoever has gone elsewhere stays there.
      if (isGone && route.name === 'train' && route.query['run'] === run.id) await router.replace({ query: {} })
      return isGone
    }),
    move: useAction((run, position) => api.runs.move({ ...of(run), position })),
  }
}
