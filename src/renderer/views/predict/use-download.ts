// Saves a task's predictions as a CSV through the browser: read page by page, with a way to give up.
import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import { useProject } from '../../stores/project.ts'
import { fileNameOf } from '../../widgets/file-name.ts'
import { predictionHeader, predictionRow } from '../../../shared/prediction-table.ts'

export interface Download {
  readonly isRunning: Ref<boolean>
  /** 0..1. */
  readonly share: Ref<number>
  readonly run: () => Promise<unknown>
  readonly cancel: () => void
}

/** Predictions read at once. */
const size = 1000

export function useDownload(task: () => string, name: () => string): Download {
  const { t } = useI18n()
  const api = useApi()
  const project = useProject()
  const share = ref(0)
  let current: AbortController | null = null
  const { isRunning, run } = useAction(async () => {
    if (project.id === null) return
    current = new AbortController()
    const { signal } = current
    const of = { project: project.id, task: task() }
    share.value = 0
    // Each that has a prediction has as many classes.
    const [first] = (await api.predictions.list({ ...of, problem: false, limit: 1 }, { signal })).predictions
    const top = first?.classes.length ?? 1
    const rows: string[] = []
    for (;;) {
      const { predictions, total } = await api.predictions.list({ ...of, offset: rows.length, limit: size }, { signal })
      // Lines of text: as objects, a hundred thousand of them with many classes would be too much.
      rows.push(...predictions.map((one) => predictionRow(one, top)))
      share.value = total === 0 ? 1 : rows.length / total
      if (predictions.length === 0 || rows.length >= total) break
    }
    save([predictionHeader(top), ...rows], `${fileNameOf([name(), t('predict.csvName')], new Date())}.csv`)
  })
  const cancel = (): void => current?.abort()
  onScopeDispose(cancel)
  return { isRunning, share, run, cancel }
}

function save(lines: readonly string[], name: string): void {
  // The mark in front tells spreadsheets that it is UTF-8.
  const address = URL.createObjectURL(new Blob(['\ufeff', ...lines], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
