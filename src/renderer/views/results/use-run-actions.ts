// What can be done with a run from here: another name, going on, the trash.
import { Pencil, Play, Sparkles, Trash2 } from '@lucide/vue'
import { ref } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useApi } from '../../api/platform.ts'
import type { MenuEntry } from '../../components/AppMenu.vue'
import { useAction } from '../../composables/use-action.ts'
import { useConfirmStore } from '../../stores/confirm.ts'
import { useNotices } from '../../stores/notices.ts'
import { useRuns } from '../../stores/runs.ts'
import type { Run, RunState } from '../../../shared/contract/runs.ts'

const resumable: readonly RunState[] = ['paused', 'interrupted', 'failed']

export function useRunActions(): {
  /** The run that gets another name. */
  readonly renamed: Ref<Run | null>
  rename(run: Run, name: string): Promise<unknown>
  resume(run: Run): Promise<unknown>
  canResume(run: Run): boolean
  entries(run: Run): MenuEntry[]
} {
  const { t } = useI18n()
  const api = useApi()
  const router = useRouter()
  const runs = useRuns()
  const confirm = useConfirmStore()
  const notices = useNotices()
  const renamed = ref<Run | null>(null)

  const rename = useAction(async (run: Run, name: string) => {
    runs.take(await api.runs.rename({ project: run.project, run: run.id, name }))
    renamed.value = null
  })
  const resume = useAction(async (run: Run) => {
    runs.take(await api.runs.resume({ project: run.project, run: run.id }))
    notices.tell(t('results.resumed', { name: run.name }))
  })
  const remove = useAction(async (run: Run) => {
    const question = { title: t('results.delete.title', { name: run.name }), text: t('results.delete.text'), yes: t('results.delete.yes') }
    if (!(await confirm.ask({ ...question, isDangerous: true }))) return
    await api.runs.delete({ project: run.project, run: run.id })
    notices.tell(t('results.delete.done', { name: run.name }))
  })
  const canResume = ({ state }: Run): boolean => resumable.includes(state)
  const entries = (run: Run): MenuEntry[] => [
    { label: t('results.rename.action'), icon: Pencil, run: () => (renamed.value = run) },
    ...(canResume(run) ? [{ label: t('results.resume'), icon: Play, run: () => void resume.run(run) }] : []),
    {
      label: t('results.watch'),
      icon: Sparkles,
      run: () => void router.push({ name: 'train', params: { project: run.project }, query: { run: run.id } }),
    },
    {
      ...{ label: t('results.delete.action'), icon: Trash2, isDangerous: true, apart: true },
      reason: run.state === 'running' ? t('results.delete.running') : null,
      run: () => void remove.run(run),
    },
  ]
  return { renamed, rename: rename.run, resume: resume.run, canResume, entries }
}
