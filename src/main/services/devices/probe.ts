// Tries one device in a process of its own.
import type { RequestOf } from '../../../shared/requests.ts'
import { AppError } from '../../../shared/errors.ts'
import type { StepFacts } from '../../../shared/step-facts.ts'
import type { Studio } from '../context.ts'
import type { KnownDevice } from './known.ts'
import type { Probe } from './settings.ts'

/** Time in which it has to answer. The first step compiles kernels, which takes a driver up to a minute. */
const patience = 180_000

/** What was found, and what a step comes to there, if it did.
 * @throws AppError 'stopped' if it was; whatever else goes wrong, a crash of the driver or no answer at all, is what was to be found out */
export async function probe(
  engine: Studio['engine'],
  { id, name }: KnownDevice,
  request: Omit<RequestOf<'probe'>, 'job' | 'device'>,
  signal: AbortSignal,
  milliseconds = patience,
): Promise<Probe['devices'][string] & { step: StepFacts | null }> {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  try {
    const { difference, step, imagesPerSecond, onProcessor } = await engine.run<'probe'>(
      { job: 'probe', device: id, ...request },
      {
        priority: 'foreground',
        subject: `trying ${name}`,
        signal: AbortSignal.any([signal, late.signal]),
        // It may wait for its turn as long as it has to.
        onStart: () => (timer = setTimeout(() => late.abort(), milliseconds)),
      },
    )
    const speed = `right to ${difference.toExponential(0)} in a training step, ${imagesPerSecond.toPrecision(3)} images/s`
    const left = onProcessor.length === 0 ? '' : `; on the processor: ${onProcessor.join(', ')}`
    return { usable: true, reason: speed + left, imagesPerSecond, step }
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error
    if (late.signal.aborted)
      return {
        usable: false,
        reason: `gave no answer within ${Math.round(milliseconds / 1000)} s and was ended`,
        imagesPerSecond: null,
        step: null,
      }
    if (error.code === 'stopped') throw error
    return { usable: false, reason: error.message, imagesPerSecond: null, step: null }
  } finally {
    clearTimeout(timer)
  }
}
