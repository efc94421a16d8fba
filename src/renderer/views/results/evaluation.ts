// What the services tell of a finished run's judgement.
import type { Api } from '../../../shared/contract/index.ts'

export type Evaluation = Awaited<ReturnType<Api['runs']['evaluation']>>
export type Judged = Awaited<ReturnType<Api['runs']['judged']>>['images'][number]
