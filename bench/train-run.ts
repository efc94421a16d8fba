// One training run through the command line, for benchmarks of accuracy, and how results over seeds are printed.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { mean, deviation } from './statistics.ts'

export interface TrainResult {
  readonly testAccuracy: number
  readonly validationAccuracy: number
  readonly seconds: number
  readonly steps: number
}

/** A linear probe: no new layer before the classifier, whose inputs are not dropped, on plain crops. */
export const probe: readonly string[] = ['--method', 'fine-tuning', '--set', 'bottleneck=0', 'dropout=0', 'view=weak']

const cli = fileURLToPath(new URL('../src/main/cli.ts', import.meta.url))

/** @param options of `train` */
export async function runTraining(options: readonly string[]): Promise<TrainResult> {
  const args = ['train', '--json', ...options]
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 2 ** 30 })
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as TrainResult & { event: string }
  if (last.event !== 'done') throw new Error(`${args.join(' ')}: ${JSON.stringify(last)}`)
  return last
}

/** Mean and deviation of shares, in percent. */
export const percent = (numbers: readonly number[]): string =>
  `${(100 * mean(numbers)).toFixed(1)} ± ${(100 * deviation(numbers)).toFixed(1)}`

/** Test and validation accuracy over seeds, steps, and seconds a run, in columns. */
export function resultColumns(results: readonly TrainResult[]): string {
  const cells = [
    percent(results.map((r) => r.testAccuracy)).padEnd(13),
    percent(results.map((r) => r.validationAccuracy)).padEnd(13),
    String(results[0]?.steps).padEnd(6),
    mean(results.map((r) => r.seconds)).toFixed(0),
  ]
  return cells.join(' ')
}
