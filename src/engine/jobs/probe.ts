// Job `probe`: whether a device computes a training step, with the right numbers, and how fast. A process of its own: a driver may crash it.
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { Engine } from '../../core/graph/program.ts'
import { AppError } from '../../shared/errors.ts'
import type { StepFacts } from '../../shared/step-facts.ts'
import { ReferenceEngine } from '../../core/reference/engine.ts'
import { openEngine } from '../backends/index.ts'
import { backboneProblem } from '../probe/backbone-problem.ts'
import type { Job } from '../job.ts'
import { factsOfStep, requireSame } from '../probe/step-facts.ts'
import { runSteps, trainingProblem } from '../probe/training-problem.ts'
import type { TrainingProblem } from '../probe/training-problem.ts'

/** Seconds that the speed is measured for. */
const seconds = 2
/** Largest relative difference of a weight from float64's after the steps: rounding gives 1e-6, half precision 1e-3, a gradient that is missing 2e-2 and more. */
export const tolerance = 5e-3

export const probe: Job<'probe'> = async (request, context) => {
  try {
    return await tryDevice(request, context)
  } catch (error) {
    // That a device fails is what the job is there to find out, not a fault of this program.
    if (!(error instanceof Error) || (error instanceof AppError && error.isUserError)) throw error
    throw new AppError('unsupported', reasonOf(error), { cause: error })
  }
}

const tryDevice: Job<'probe'> = async ({ device, threads = availableParallelism(), backbone, processor }, { signal, pause }) => {
  const onProcessor = new Set<string>()
  const onFallback = (operators: ReadonlyMap<string, number>): void => operators.forEach((_, name) => onProcessor.add(name))
  const engine = await openEngine({ device, threads, onFallback })
  try {
    const small = trainingProblem(tested)
    const expected = await runSteps(new ReferenceEngine(), small, 3)
    const difference = largestDifference(expected, await runSteps(engine, small, 3))
    if (!(difference <= tolerance))
      throw new AppError(
        'unsupported',
        `${engine.name}: expected weights within ${tolerance} of the right ones after three steps, found a difference of ${difference.toPrecision(3)}`,
      )
    onProcessor.clear()
    const problem = backbone === undefined ? trainingProblem(usual) : await backboneProblem(backbone)
    const { step, imagesPerSecond } = await measure(engine, problem, processor, signal, pause)
    return { name: engine.name, difference, step, imagesPerSecond, onProcessor: [...onProcessor] }
  } finally {
    await engine.dispose()
  }
}

/** One line, without the places in ONNX Runtime's sources that its messages begin with. */
function reasonOf({ message }: Error): string {
  const line = message.replace(/\s+/g, ' ').trim()
  const last = line.split(/ was false\. /).at(-1) ?? line
  return last.length > 300 ? `${last.slice(0, 299)}…` : last
}

/** Small enough for the reference to compute at once. */
export const tested = { batch: 4, size: 24, widths: [4, 8] } as const

/** Layers as wide as real ones. */
const usual = { batch: 16, size: 64, widths: [32, 64, 128] } as const

/** What the first step comes to, and images a second through all others.
 * @param processor what it comes to there, if that is known: no step is computed for the comparison alone
 * @throws AppError 'unsupported' where it comes to something else */
async function measure(
  engine: Engine,
  problem: Pick<TrainingProblem, 'program' | 'initial' | 'feeds' | 'batch'>,
  processor: StepFacts | undefined,
  signal: AbortSignal,
  pause: () => Promise<void>,
): Promise<{ step: StepFacts; imagesPerSecond: number }> {
  const executable = await engine.compile(problem.program)
  const state = await engine.createState(problem.initial)
  try {
    // Kernels are chosen and compiled in the first one.
    const outputs = await executable.run(state, problem.feeds)
    const step = await factsOfStep(engine.name, outputs, state, Object.keys(problem.program.updates))
    if (processor) requireSame(engine.name, step, processor)
    const start = performance.now()
    let images = 0
    while (performance.now() - start < seconds * 1000) {
      if (signal.aborted) throw new AppError('stopped', 'stopped while a device was measured')
      await executable.run(state, problem.feeds)
      images += problem.batch
      await pause()
    }
    return { step, imagesPerSecond: images / ((performance.now() - start) / 1000) }
  } finally {
    executable.dispose()
    state.dispose()
    await setImmediate()
  }
}

/** Relative to the largest weight of each tensor; NaN counts as infinite. */
function largestDifference(
  expected: Readonly<Record<string, ArrayLike<number>>>,
  found: Readonly<Record<string, ArrayLike<number>>>,
): number {
  let largest = 0
  for (const [name, values] of Object.entries(expected)) {
    const scale = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
    for (let i = 0; i < values.length; i++) {
      const difference = Math.abs((values[i] ?? 0) - (found[name]?.[i] ?? NaN)) / scale
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference)
    }
  }
  return largest
}
