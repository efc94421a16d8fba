// The jobs that the engine can do.
import type { JobTable } from '../job.ts'
import { check } from './check.ts'
import { demo } from './demo.ts'
import { estimate } from './estimate.ts'
import { evaluate } from './evaluate.ts'
import { features } from './features.ts'
import { inspect } from './inspect.ts'
import { methods } from './methods.ts'
import { predict } from './predict.ts'
import { probe } from './probe.ts'
import { scan } from './scan.ts'
import { train } from './train.ts'

export const jobs: JobTable = { train, evaluate, predict, methods, inspect, check, estimate, demo, scan, features, probe }
