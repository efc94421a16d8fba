// What two runs have made of the same images.
import type { ShallowRef } from 'vue'
import { readPages } from '../../api/pages.ts'
import { useApi } from '../../api/platform.ts'
import { useResource } from '../../composables/use-resource.ts'
import type { Run } from '../../../shared/contract/runs.ts'
import { pair } from './statistics.ts'
import type { JudgedOnce, Paired } from './statistics.ts'
import type { JudgedSplit } from './use-results-route.ts'

/** @param runs null = there are no two to compare */
export function usePaired(runs: () => readonly [Run, Run] | null, split: () => JudgedSplit): ShallowRef<Paired | null> {
  const api = useApi()
  const judged = async (run: Run, signal: AbortSignal): Promise<readonly JudgedOnce[]> =>
    (await readPages('images', (page) => api.runs.judged({ project: run.project, run: run.id, split: split(), ...page }, { signal })))
      .images
  const read = async ([first, second]: readonly [Run, Run], signal: AbortSignal): Promise<Paired> =>
    pair(await judged(first, signal), await judged(second, signal))
  const { data } = useResource(
    (signal) => {
      const both = runs()
      return both && read(both, signal)
    },
    // A text: runs are made anew with each step of one that trains.
    { of: () => JSON.stringify([runs()?.map(({ id }) => id), split()]) },
  )
  return data
}
