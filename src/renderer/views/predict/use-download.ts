// Saves a task's predictions as a CSV through the browser: read page by page, with a way to give up.
import { onScopeDispose, ref } from 'vue'
import type { Ref } from 'vue'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import { useProject } from '../../stores/project.ts'
import { fileNameOf } from '../../widgets/file-name.ts'
import { predictionHeader, predictionRow } from '../../../shared/prediction-table.ts'
import type { Prediction } from './filter.ts'

export interface Download {
  readonly isRunning: Ref<boolean>
  /** 0..1. */
  readonly share: Ref<number>
  readonly run: () => Promise<unknown>
  readonly cancel: () => void
}

const size = 5000

export function useDownload(task: () => string, name: () => string): Download {
  const api = useApi()
  const project = useProject()
  const share = ref(0)
  let current: AbortController | null = null
  const { isRunning, run } = useAction(async () => {
    if (project.id === null) return
    current = new AbortController()
    share.value = 0
    const all: Prediction[] = []
    for (;;) {
      const asked = { project: project.id, task: task(), offset: all.length, limit: size }
      const { predictions, total } = await api.predictions.list(asked, { signal: current.signal })
      all.push(...predictions)
      share.value = total === 0 ? 1 : all.length / total
      if (predictions.length === 0 || all.length >= total) break
    }
    const top = all.reduce((most, { classes }) => Math.max(most, classes.length), 1)
    save([predictionHeader(top), ...all.map((one) => predictionRow(one, top))], `${fileNameOf([name(), 'predictions'], new Date())}.csv`)
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
