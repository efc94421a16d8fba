// Images a second of whole Self-Tuning runs over those of their steps alone: what waiting for images, validation, checkpoints and reports take.
// node bench/end-to-end.ts [--images DIR] [--size 128] [--steps 120] [--threads 2] [--device cpu] [--run DIR]; --run: of a run that is there already
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runTraining } from './train-run.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: fileURLToPath(new URL('../../shared/data/clothing10', import.meta.url)) },
    size: { type: 'string', default: '128' },
    steps: { type: 'string', default: '120' },
    threads: { type: 'string', default: '2' },
    device: { type: 'string', default: 'cpu' },
    run: { type: 'string' },
  },
})

interface StepMetrics {
  readonly at: string
  readonly event: string
  readonly phase: string
  readonly waitingShare: number
}

/** Of each phase: steps, seconds a step by the clock, of the step alone (median, without waiting), and the mean share of waiting. */
function report(folder: string): void {
  const lines = readFileSync(join(folder, 'metrics.ndjson'), 'utf8').trim().split('\n')
  const steps = lines.map((line) => JSON.parse(line) as StepMetrics).filter(({ event }) => event === 'step')
  console.log('phase                        steps  whole ms  step ms  step over whole  waiting')
  for (const phase of new Set(steps.map((step) => step.phase))) {
    const own = steps.filter((step) => step.phase === phase)
    const times = own.map(({ at }) => Date.parse(at))
    // The first steps of a phase start threads and fill queues.
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time)).slice(5) // prettier-ignore
    if (gaps.length < 10) continue
    const waits = own.slice(6).map(({ waitingShare }) => waitingShare)
    const [whole, waiting] = [mean(gaps), mean(waits)]
    const alone = median(gaps.map((gap, i) => gap * (1 - (waits[i] ?? 0))))
    const cells = [phase.padEnd(28), String(gaps.length).padEnd(6), whole.toFixed(1).padEnd(9), alone.toFixed(1).padEnd(8), (alone / whole).toFixed(2).padEnd(16), `${(100 * waiting).toFixed(1)} %`] // prettier-ignore
    console.log(cells.join(' '))
  }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN

if (values.run !== undefined) report(values.run)
else if (!existsSync(values.images)) console.log(`end-to-end: skipped, expected photos in ${values.images}, found none`)
else {
  const folder = await mkdtemp(join(tmpdir(), 'end-to-end-'))
  const options = ['--images', values.images, '--method', 'self-tuning', '--labels-per-class', '5', '--depth', 'all', '--seed', '0']
  await runTraining([...options, '--steps', values.steps, '--image-size', values.size, '--threads', values.threads, '--device', values.device, '--out', folder]) // prettier-ignore
  report(folder)
  await rm(folder, { recursive: true })
}
