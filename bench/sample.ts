// Self-Tuning beside fine-tuning on the drawn sample: mean and deviation of the test accuracy.
// npm run bench -- sample [--per-class 8] [--seeds 0,1,2] [--backbone FILE] [--budget quick] [--threads 2] [-- further options of `train`]
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeSampleImages } from '../src/engine/sample/butterflies.ts'
import { sampleSet } from '../src/engine/sample/sample-set.ts'
import { resultColumns, runTraining } from './train-run.ts'
import type { TrainResult } from './train-run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'per-class': { type: 'string', default: '8' },
    seeds: { type: 'string', default: '0,1,2' },
    backbone: { type: 'string', default: fileURLToPath(new URL('../resources/backbones/starter.onnx', import.meta.url)) },
    budget: { type: 'string', default: 'quick' },
    threads: { type: 'string', default: '2' },
  },
})
const { backbone, budget, threads, seeds } = values
const folder = await mkdtemp(join(tmpdir(), 'sample-'))
const images = join(folder, 'butterflies')

try {
  await mkdir(images)
  await writeSampleImages(images, { ...sampleSet, seed: 0 })
  console.log(`${sampleSet.species.length} species, ${values['per-class']} labels of each, ${budget}, seeds ${seeds}`)
  console.log('method        test %        validation %  steps  seconds')
  for (const method of ['fine-tuning', 'self-tuning']) {
    const results: TrainResult[] = []
    for (const seed of seeds.split(',')) {
      const choice = ['--backbone', backbone, '--method', method, '--budget', budget, '--seed', seed, '--threads', threads]
      const common = ['--images', images, '--labels-per-class', values['per-class'], '--out', join(folder, `${method}-${seed}`)]
      results.push(await runTraining([...common, ...choice, ...positionals]))
    }
    console.log([method.padEnd(13), resultColumns(results)].join(' '))
  }
} finally {
  await rm(folder, { recursive: true })
}
