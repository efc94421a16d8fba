// Accuracy on real photos: methods x budgets x seeds on ../shared/data, through the command line; mean and deviation of the test accuracy.
// node bench/accuracy.ts [--sets grocery,clothing10] [--methods self-tuning,fine-tuning,probe] [--budgets quick,standard] [--seeds 0,1,2]
//   [--labels 0.15 | --per-class 4] [--size 160] [--threads 2] [--out DIR] [-- further options of `train`]
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const data = fileURLToPath(new URL('../../shared/data/', import.meta.url))
if (!existsSync(data)) {
  console.log(`accuracy: skipped, expected photos and weights in ../shared/data, found none`)
  process.exit(0)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string', default: 'grocery,clothing10' },
    methods: { type: 'string', default: 'probe,fine-tuning,self-tuning' },
    budgets: { type: 'string', default: 'quick' },
    seeds: { type: 'string', default: '0,1,2' },
    labels: { type: 'string', default: '0.15' },
    'per-class': { type: 'string' },
    size: { type: 'string', default: '160' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
})

const folders: Readonly<Record<string, string>> = { grocery: 'grocery/dataset', clothing10: 'clothing10' }
const backbone = join(data, 'weights/mobilenet_v2_1.0_224_tf_fp32.onnx')
const cli = fileURLToPath(new URL('../src/main/cli.ts', import.meta.url))
const out = values.out ?? (await mkdtemp(join(tmpdir(), 'accuracy-')))
const labels = values['per-class'] === undefined ? ['--label-proportion', values.labels] : ['--labels-per-class', values['per-class']]

/** A linear probe: no new layer before the classifier, whose inputs are not dropped, on plain crops. */
const variants: Readonly<Record<string, readonly string[]>> = {
  probe: ['--method', 'fine-tuning', '--set', 'bottleneck=0', 'dropout=0', 'view=weak'],
}

interface Result {
  testAccuracy: number
  validationAccuracy: number
  seconds: number
  steps: number
}

async function run(set: string, method: string, budget: string, seed: string): Promise<Result> {
  const folder = join(out, [set, method, budget, seed].join('-'))
  await mkdir(folder, { recursive: true })
  const args = ['train', '--images', join(data, folders[set] ?? set), '--backbone', backbone, '--normalize', 'symmetric']
  args.push(
    '--image-size',
    values.size,
    '--budget',
    budget,
    '--seed',
    seed,
    '--threads',
    values.threads,
    '--out',
    folder,
    '--json',
    ...labels,
  )
  args.push(...(variants[method] ?? ['--method', method]), ...positionals)
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 2 ** 30 })
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Result & { event: string }
  if (last.event !== 'done') throw new Error(`${args.join(' ')}: ${JSON.stringify(last)}`)
  return last
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length
const deviation = (numbers: readonly number[]): number =>
  numbers.length < 2 ? 0 : Math.sqrt(mean(numbers.map((x) => (x - mean(numbers)) ** 2)) * (numbers.length / (numbers.length - 1)))
const percent = (numbers: readonly number[]): string => `${(100 * mean(numbers)).toFixed(1)} ± ${(100 * deviation(numbers)).toFixed(1)}`

console.log('set         budget    method        test %        validation %  steps  seconds')
for (const set of values.sets.split(','))
  for (const budget of values.budgets.split(','))
    for (const method of values.methods.split(',')) {
      const results: Result[] = []
      for (const seed of values.seeds.split(',')) results.push(await run(set, method, budget, seed))
      const cells = [
        set.padEnd(11),
        budget.padEnd(9),
        method.padEnd(13),
        percent(results.map((r) => r.testAccuracy)).padEnd(13),
        percent(results.map((r) => r.validationAccuracy)).padEnd(13),
        String(results[0]?.steps).padEnd(6),
        mean(results.map((r) => r.seconds)).toFixed(0),
      ]
      console.log(cells.join(' '))
    }
console.log(`runs: ${out}`)
