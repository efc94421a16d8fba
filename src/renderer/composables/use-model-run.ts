// Which trained run a view works with: the one in the address, else the latest that has a model.
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Run } from '../../shared/contract/runs.ts'
import { useRuns } from '../stores/runs.ts'

export interface ModelRun {
  /** Those with a model, the latest first. */
  readonly models: ComputedRef<readonly Run[]>
  readonly chosen: ComputedRef<Run | null>
  /** Runs have been read: without any, there are none. */
  readonly isLoaded: ComputedRef<boolean>
  readonly choose: (run: string) => void
}

export function useModelRun(): ModelRun {
  const route = useRoute()
  const router = useRouter()
  const runs = useRuns()
  const models = computed(() =>
    runs.list.filter(({ hasModel }) => hasModel).sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '')),
  )
  const chosen = computed(() => models.value.find(({ id }) => id === route.query['run']) ?? models.value[0] ?? null)
  const choose = (run: string): void => void router.replace({ query: { ...route.query, run } })
  return { models, chosen, isLoaded: computed(() => runs.isLoaded), choose }
}

/** On images that it has not trained on: the test split where there is one. */
export function accuracyOf({ result, progress }: Run): number | null {
  return result?.testAccuracy ?? result?.validationAccuracy ?? progress.kept?.accuracy ?? null
}
