// Job `train`.
import type { Job } from '../job.ts'
import { train as run } from '../training/run.ts'

export const train: Job<'train'> = run
