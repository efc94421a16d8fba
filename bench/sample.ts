// Self-Tuning beside fine-tuning on the drawn sample, with the starter and with the sample's own network: mean and deviation of the test accuracy.
// npm run bench -- sample [--per-class 8] [--seeds 0,1,2] [--networks starter,sample] [--budget quick] [--threads 2] [-- further options of `train`]
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeSampleBackbone } from '../src/engine/sample/backbone.ts'
import { writeSampleImages } from '../src/engine/sample/butterflies.ts'
import { sampleSpecies } from '../src/engine/sample/species.ts'
import { resultColumns, runTraining } from './train-run.ts'
import type { TrainResult } from './train-run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'per-class': { type: 'string', default: '8' },
    seeds: { type: 'string', default: '0,1,2' },
    networks: { type: 'string', default: 'starter,sample' },
    budget: { type: 'string', default: 'quick' },
    threads: { type: 'string', default: '2' },
  },
})
/** As many as the sample project has. */
const perSpecies = { train: 40, validation: 8, test: 16 }
const folder = await mkdtemp(join(tmpdir(), 'sample-'))
const images = join(folder, 'butterflies')
const own = join(folder, 'sample.onnx')
const starter = fileURLToPath(new URL('../resources/backbones/starter.onnx', import.meta.url))
const networks: Readonly<Record<string, string>> = { starter, sample: own }

try {
  await mkdir(images)
  await writeSampleImages(images, { species: sampleSpecies, perSpecies, seed: 0 })
  await writeSampleBackbone(own, { seed: 0 })
  console.log(`${sampleSpecies.length} species, ${values['per-class']} labels of each, ${values.budget}, seeds ${values.seeds}`)
  console.log('network   method        test %        validation %  steps  seconds')
  for (const network of values.networks.split(','))
    for (const method of ['fine-tuning', 'self-tuning']) {
      const results: TrainResult[] = []
      for (const seed of values.seeds.split(',')) {
        const out = join(folder, [network, method, seed].join('-'))
        const choice = ['--backbone', networks[network] ?? network, '--method', method, '--budget', values.budget]
        const common = ['--images', images, '--labels-per-class', values['per-class'], '--seed', seed, '--threads', values.threads]
        results.push(await runTraining([...common, ...choice, '--out', out, ...positionals]))
      }
      console.log([network.padEnd(9), method.padEnd(13), resultColumns(results)].join(' '))
    }
} finally {
  await rm(folder, { recursive: true })
}
