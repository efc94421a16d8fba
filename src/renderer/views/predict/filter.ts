// Which predictions are shown, in what order, and what is asked of the services for it.
import type { Api } from '../../../shared/contract/index.ts'
import type { PredictionOrder } from '../../../shared/contract/predictions.ts'

export type Prediction = Awaited<ReturnType<Api['predictions']['list']>>['predictions'][number]
export type Counts = Awaited<ReturnType<Api['predictions']['counts']>>

export type Shown = 'all' | 'sure' | 'look' | 'problems'

export interface PredictionFilter {
  readonly shown: Shown
  readonly class: string | null
  /** Least probability of the best class that counts as sure. */
  readonly threshold: number
  readonly order: PredictionOrder
}

type Query = Omit<Parameters<Api['predictions']['list']>[0], 'project' | 'task' | 'offset' | 'limit'>

export function queryOf({ shown, class: name, threshold, order }: PredictionFilter): Query {
  if (shown === 'problems') return { problem: true }
  const some = { order, ...(name !== null && { class: name }) }
  if (shown === 'sure') return { ...some, from: threshold }
  return shown === 'look' ? { ...some, below: threshold } : some
}
