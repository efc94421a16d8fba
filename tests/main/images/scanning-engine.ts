// The engine's scan in this process: a child process a scan would make the tests slow, and others test it.
import { setImmediate } from 'node:timers/promises'
import { progressSchema } from '../../../src/shared/events.ts'
import type { RequestOf } from '../../../src/shared/requests.ts'
import { scan } from '../../../src/engine/jobs/scan.ts'
import type { Engine } from '../../../src/main/services/context.ts'

/** @param before called before a scan begins */
export function scanningEngine(before: () => void = () => undefined): Engine {
  return {
    run: async (request, { signal, onEvent }) => {
      if (request.job !== 'scan') throw new Error(`expected a scan, found ${request.job}`)
      before()
      const result = await scan(request as RequestOf<'scan'>, {
        // As it comes out of another process.
        emit: (event) => onEvent?.(progressSchema.parse(JSON.parse(JSON.stringify(event)))),
        signal: signal ?? new AbortController().signal,
        log: () => undefined,
        pause: () => setImmediate(),
      })
      return { ...result, job: 'scan' } as never
    },
    status: () => ({ state: 'idle', subject: null, lastHeartbeat: null }),
    close: () => Promise.resolve(),
  }
}
