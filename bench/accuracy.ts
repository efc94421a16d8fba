// Accuracy on real photos: methods x budgets x seeds on ../shared/data, through the command line; mean and deviation of the test accuracy.
// node bench/accuracy.ts [--sets grocery,clothing10] [--methods self-tuning,fine-tuning,probe] [--budgets quick,standard] [--seeds 0,1,2]
//   [--labels 0.15 | --per-class 4] [--size 160] [--threads 2] [--out DIR] [-- further options of `train`]
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { probe, resultColumns, runTraining } from './train-run.ts'
import type { TrainResult } from './train-run.ts'

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
const out = values.out ?? (await mkdtemp(join(tmpdir(), 'accuracy-')))
const labels = values['per-class'] === undefined ? ['--label-proportion', values.labels] : ['--labels-per-class', values['per-class']]

const variants: Readonly<Record<string, readonly string[]>> = { probe }

async function run(set: string, method: string, budget: string, seed: string): Promise<TrainResult> {
  const folder = join(out, [set, method, budget, seed].join('-'))
  await mkdir(folder, { recursive: true })
  const args = ['--images', join(data, folders[set] ?? set), '--backbone', backbone, '--normalize', 'symmetric']
  args.push('--image-size', values.size, '--budget', budget, '--seed', seed, '--threads', values.threads, '--out', folder, ...labels)
  return runTraining([...args, ...(variants[method] ?? ['--method', method]), ...positionals])
}

console.log('set         budget    method        test %        validation %  steps  seconds')
for (const set of values.sets.split(','))
  for (const budget of values.budgets.split(','))
    for (const method of values.methods.split(',')) {
      const results: TrainResult[] = []
      for (const seed of values.seeds.split(',')) results.push(await run(set, method, budget, seed))
      console.log([set.padEnd(11), budget.padEnd(9), method.padEnd(13), resultColumns(results)].join(' '))
    }
console.log(`runs: ${out}`)
