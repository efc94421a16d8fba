// What goes on in the background and what has come of it: training, its queue, and tasks since the page was first opened.
import { computed, ref, watch } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Run } from '../../shared/contract/runs.ts'
import type { Task } from '../../shared/contract/tasks.ts'
import { useNotices } from '../stores/notices.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { hasEnded, useTasks } from '../stores/tasks.ts'

const remembered = 'self-tuning.work'

export interface BackgroundWork {
  readonly training: ComputedRef<Run | null>
  /** The one that was stopped and of whose best weights a model is being made. */
  readonly finishing: ComputedRef<Run | null>
  /** Of the run that trains, 0..1; null before its first step. */
  readonly share: ComputedRef<number | null>
  readonly queue: ComputedRef<readonly Run[]>
  readonly active: ComputedRef<readonly Task[]>
  /** Newest first. */
  readonly ended: ComputedRef<readonly Task[]>
  readonly failed: ComputedRef<number>
  dismiss(task: string): void
}

export function useBackgroundWork(): BackgroundWork {
  const { t } = useI18n()
  const router = useRouter()
  const notices = useNotices()
  const project = useProject()
  const runs = useRuns()
  const tasks = useTasks()

  // A reload is the same session.
  const kept = JSON.parse(sessionStorage.getItem(remembered) ?? '{}') as { since?: string; dismissed?: string[] }
  const since = kept.since ?? new Date().toISOString()
  const dismissed = ref(new Set(kept.dismissed))
  const keep = (): void => sessionStorage.setItem(remembered, JSON.stringify({ since, dismissed: [...dismissed.value] }))
  keep()

  const isMine = (task: Task): boolean => task.project === null || task.project === project.id
  const ended = computed(() =>
    tasks.all
      .filter((task) => hasEnded(task) && isMine(task) && (task.endedAt ?? '') >= since && !dismissed.value.has(task.id))
      .slice(0, 8),
  )
  const training = computed(() => (runs.active?.state === 'running' ? runs.active : null))

  // What fails while it trains is told wherever people are.
  const states = new Map<string, Run['state']>()
  watch(
    () => runs.list,
    (list) => {
      for (const { id, name, state, project: of, error } of list) {
        if (state === 'failed' && states.get(id) === 'running' && error)
          notices.warn(t('common.runFailed', { name }), {
            label: t('common.openRun'),
            run: () => void router.push({ name: 'train', params: { project: of }, query: { run: id } }),
          })
        states.set(id, state)
      }
    },
  )
  return {
    training,
    finishing: computed(() => runs.list.find(({ isFinishing }) => isFinishing) ?? null),
    share: computed(() => {
      const step = training.value?.progress.step
      return step && step.steps > 0 ? step.step / step.steps : null
    }),
    queue: computed(() => runs.list.filter(({ position }) => position !== null).toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))),
    active: computed(() => tasks.active.filter(isMine)),
    ended,
    failed: computed(() => ended.value.filter(({ state }) => state === 'failed').length),
    dismiss: (task) => {
      dismissed.value = new Set([...dismissed.value, task])
      keep()
    },
  }
}
