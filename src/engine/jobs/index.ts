// The jobs that the engine can do. Each is loaded when it is asked for: a scan needs no network, and starts in a third of the time without.
import type { JobTable } from '../job.ts'

export const jobs: JobTable = {
  train: async (...job) => (await import('./train.ts')).train(...job),
  evaluate: async (...job) => (await import('./evaluate.ts')).evaluate(...job),
  predict: async (...job) => (await import('./predict.ts')).predict(...job),
  methods: async (...job) => (await import('./methods.ts')).methods(...job),
  inspect: async (...job) => (await import('./inspect.ts')).inspect(...job),
  convert: async (...job) => (await import('./convert.ts')).convert(...job),
  check: async (...job) => (await import('./check.ts')).check(...job),
  estimate: async (...job) => (await import('./estimate.ts')).estimate(...job),
  demo: async (...job) => (await import('./demo.ts')).demo(...job),
  sample: async (...job) => (await import('./sample.ts')).sample(...job),
  scan: async (...job) => (await import('./scan.ts')).scan(...job),
  features: async (...job) => (await import('./features.ts')).features(...job),
  similar: async (...job) => (await import('./similar.ts')).similar(...job),
  probe: async (...job) => (await import('./probe.ts')).probe(...job),
}
