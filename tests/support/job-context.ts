// What a job is given, in a test: keeps what it says.
import { setImmediate } from 'node:timers/promises'
import type { JobEvent } from '../../src/shared/events.ts'
import type { JobContext } from '../../src/engine/job.ts'

export interface TestContext extends JobContext {
  readonly events: JobEvent[]
  stop(): void
}

/** @param onEvent sees each event, e.g. to stop the job at it */
export function testContext(onEvent: (event: JobEvent, context: TestContext) => void = () => undefined): TestContext {
  const stopping = new AbortController()
  const events: JobEvent[] = []
  const context: TestContext = {
    events,
    signal: stopping.signal,
    stop: () => stopping.abort(),
    emit: (event) => {
      events.push(event)
      onEvent(event, context)
    },
    log: () => undefined,
    pause: () => setImmediate(),
  }
  return context
}
