// An engine whose devices do what their names say.
import { setTimeout } from 'node:timers/promises'
import { serveJobs } from '../../../src/engine/host.ts'
import type { Job } from '../../../src/engine/job.ts'
import { AppError } from '../../../src/shared/errors.ts'

const probe: Job<'probe'> = async ({ device }) => {
  if (device === 'crashes') process.kill(process.pid, 'SIGSEGV')
  if (device === 'hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (device === 'refuses') throw new AppError('unsupported', 'no adapter')
  if (device === 'slow') await setTimeout(2_000)
  return { name: device, difference: 1e-7, step: { loss: 2.5, gradient: 0.5 }, imagesPerSecond: 123.4, onProcessor: ['Sin'] }
}

serveJobs({ probe })
