// The jobs that the engine can do.
import type { JobTable } from '../job.ts'
import { methods } from './methods.ts'

export const jobs: JobTable = { methods }
