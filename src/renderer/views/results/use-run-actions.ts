// What can be done with a run from here: another name, going on, the trash.
import { Pencil, Play, Sparkles, Trash2 } from '@lucide/vue'
import { ref } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { MenuEntry } from '../../components/AppMenu.vue'
import { canResume, useRunChanges } from '../../composables/use-run-changes.ts'
import { useNotices } from '../../stores/notices.ts'
import type { Run } from '../../../shared/contract/runs.ts'

export function useRunActions(): {
  /** The run that gets another name. */
  readonly renamed: Ref<Run | null>
  readonly isRenaming: Ref<boolean>
  rename(name: string): Promise<void>
  entries(run: Run): MenuEntry[]
} {
  const { t } = useI18n()
  const router = useRouter()
  const notices = useNotices()
  const changes = useRunChanges()
  const renamed = ref<Run | null>(null)

  const rename = async (name: string): Promise<void> => {
    if (renamed.value && (await changes.rename.run(renamed.value, name))) renamed.value = null
  }
  const resume = async (run: Run): Promise<void> => {
    if (await changes.resume.run(run)) notices.tell(t('results.resumed', { name: run.name }))
  }
  const entries = (run: Run): MenuEntry[] => [
    { label: t('results.rename.action'), icon: Pencil, run: () => (renamed.value = run) },
    ...(canResume(run) ? [{ label: t('results.resume'), icon: Play, run: () => void resume(run) }] : []),
    {
      label: t('results.watch'),
      icon: Sparkles,
      run: () => void router.push({ name: 'train', params: { project: run.project }, query: { run: run.id } }),
    },
    {
      ...{ label: t('results.delete.action'), icon: Trash2, isDangerous: true, apart: true },
      reason: run.state === 'running' ? t('results.delete.running') : null,
      run: () => void changes.remove.run(run),
    },
  ]
  return { renamed, isRenaming: changes.rename.isRunning, rename, entries }
}
