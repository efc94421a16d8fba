// Images a second of a whole Self-Tuning run over those of its step alone, computed on noise before and after it: what images, validation, checkpoints and reports take.
// node bench/end-to-end.ts [--images DIR] [--size 128] [--steps 120] [--threads 2] [--device cpu]
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { openEngine } from '../src/engine/backends/index.ts'
import { openRun } from '../src/engine/training/open-run.ts'
import { openTrialStep } from '../src/engine/training/trial-step.ts'
import type { TrainRequest } from '../src/shared/requests.ts'
import { runTraining } from './train-run.ts'
import { mean, median } from './statistics.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: fileURLToPath(new URL('../../shared/data/clothing10', import.meta.url)) },
    size: { type: 'string', default: '128' },
    steps: { type: 'string', default: '120' },
    threads: { type: 'string', default: '2' },
    device: { type: 'string', default: 'cpu' },
    request: { type: 'string' },
  },
})

interface StepMetrics {
  readonly at: string
  readonly event: string
  readonly step: number
  readonly waitingShare: number
}

/** Steps alone, before the run and again after it: the first ones start threads and get their memory, the others are timed. */
const alone = { first: 10, timed: 20 }

/** Milliseconds a step by the clock, validations and checkpoints included, and the mean share of waiting. */
function whole(folder: string): { ms: number; waiting: number } {
  const lines = readFileSync(join(folder, 'metrics.ndjson'), 'utf8').trim().split('\n')
  // The first steps start threads and fill queues.
  const steps = lines.map((line) => JSON.parse(line) as StepMetrics).filter(({ event }) => event === 'step').slice(5) // prettier-ignore
  const [first, last] = [steps[0], steps.at(-1)]
  if (!first || !last || first === last) throw new Error(`${folder}: expected more than six steps`)
  return {
    ms: (Date.parse(last.at) - Date.parse(first.at)) / (steps.length - 1),
    waiting: mean(steps.map(({ waitingShare }) => waitingShare)),
  }
}

/** Prints the milliseconds of steps alone. In a process of its own, with the memory settings that the application starts its engine with. */
async function timeSteps(request: TrainRequest): Promise<void> {
  const run = await openRun(request, new AbortController().signal)
  const engine = await openEngine({ device: request.device, threads: run.threads })
  const step = await openTrialStep(run, engine, run.phases[0]!)
  for (let i = 0; i < alone.first; i++) await step.once()
  const times: number[] = []
  while (times.length < alone.timed) times.push(1000 * (await step.once()))
  step.dispose()
  await engine.dispose()
  console.log(JSON.stringify(times))
}

async function stepTimes(folder: string): Promise<number[]> {
  const env = { ...process.env, GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, '--request', join(folder, 'run.json')], { env })
  return JSON.parse(stdout) as number[]
}

if (values.request !== undefined) await timeSteps((JSON.parse(readFileSync(values.request, 'utf8')) as { request: TrainRequest }).request)
else if (!existsSync(values.images)) console.log(`end-to-end: skipped, expected photos in ${values.images}, found none`)
else {
  const folder = await mkdtemp(join(tmpdir(), 'end-to-end-'))
  const train = async (name: string, steps: string): Promise<string> => {
    const out = join(folder, name)
    const options = ['--images', values.images, '--method', 'self-tuning', '--labels-per-class', '5', '--depth', 'all', '--seed', '0']
    await runTraining([...options, '--steps', steps, '--image-size', values.size, '--threads', values.threads, '--device', values.device, '--out', out]) // prettier-ignore
    return out
  }
  try {
    // Its record says what is asked for.
    const short = await train('short', '2')
    const before = await stepTimes(short)
    const { ms, waiting } = whole(await train('run', values.steps))
    const step = median([...before, ...(await stepTimes(short))])
    console.log(`${values.steps} steps: ${ms.toFixed(1)} ms a step by the clock, ${step.toFixed(1)} alone: ${(step / ms).toFixed(2)}; ${(100 * waiting).toFixed(1)} % waiting for images`) // prettier-ignore
  } finally {
    await rm(folder, { recursive: true })
  }
}
