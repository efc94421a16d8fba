// What each economy of a Self-Tuning step saves: the step with it and without it, interleaved, medians, on the starter backbone.
// node bench/savings.ts [--size 128] [--batch 24] [--threads 2] [--rounds 7] [--backbone FILE]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Engine } from '../src/core/graph/program.ts'
import { selfTuning } from '../src/core/methods/self-tuning.ts'
import { Backbone } from '../src/core/nn/backbone.ts'
import type { Cut } from '../src/core/nn/backbone.ts'
import { Model } from '../src/core/nn/model.ts'
import { drawNoise } from '../src/core/nn/noise.ts'
import { Pass } from '../src/core/nn/pass.ts'
import { ProgramBuilder } from '../src/core/nn/program-builder.ts'
import { Random } from '../src/core/tensor/random.ts'
import { scalar, sizeOf, tensor } from '../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../src/core/tensor/tensor.ts'
import { runSettings } from '../src/core/train/settings.ts'
import { buildTrainingStep } from '../src/core/train/training-step.ts'
import { openEngine } from '../src/engine/backends/index.ts'
import { readOnnxFile } from '../src/engine/data/onnx-file.ts'
import { PrefixFeatures } from '../src/engine/training/prefix.ts'
import { median } from './statistics.ts'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '128' },
    batch: { type: 'string', default: '24' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    backbone: { type: 'string', default: fileURLToPath(new URL('../resources/backbones/starter.onnx', import.meta.url)) },
  },
})
const [size, batch, threads, rounds] = [values.size, values.batch, values.threads, values.rounds].map(Number) as [number, number, number, number] // prettier-ignore
const classes = 10
const random = new Random(0)
const engine: Engine = await openEngine({ threads })
const backbone = new Backbone(await readOnnxFile(values.backbone), { imageSize: size })
const method = selfTuning.configure({})
const settings = runSettings.parse({ labelledBatch: batch, unlabelledBatch: batch })
const rates = { backbone: settings.backboneRate, bottleneck: 1, projector: 1, classifier: 1 }
const bottleneck = { width: settings.bottleneck, dropout: settings.dropout }

type Work = () => Promise<unknown>

function noise(shape: Shape): HostTensor {
  const value = tensor('float32', shape)
  for (let i = 0; i < value.data.length; i++) value.data[i] = random.normal()
  return value
}

const modelAt = (cut: Cut | null): Model => new Model({ backbone, cut, classes, bottleneck, projector: method.projector, batchNorm: 'train' }) // prettier-ignore
const sampleAt = (cut: Cut | null): Shape => backbone.inputType(cut, 1).shape.slice(1)

/** A whole training step from a cut on: images, or the features there. */
async function step(cut: Cut | null, storage: { recompute?: boolean; halfActivations?: boolean } = {}): Promise<Work> {
  const model = modelAt(cut)
  const initial = model.initial('query', random)
  const built = buildTrainingStep(model, method, { ...settings, ...storage, rates }, sampleAt(cut), { ...initial, ...method.variables(model, initial, random, { images: 0, unlabelled: 0 }) }) // prettier-ignore
  const executable = await engine.compile(built.program)
  const state = await engine.createState(built.initial)
  const names = ['labelled/0', 'labelled/1', 'unlabelled/0', 'unlabelled/1']
  const feeds = Object.fromEntries(names.map((name) => [name, noise([batch, ...sampleAt(cut)])]))
  const labels = tensor('int32', [batch], Int32Array.from({ length: batch }, () => random.integer(classes))) // prettier-ignore
  const always = { labels, rate: scalar('float32', 1e-4), progress: scalar('float32', 0) }
  return () => executable.run(state, { ...feeds, ...always, ...drawNoise(built.noise, random) })
}

/** A forward pass without gradient, with the statistics of the batch (`training`) or the stored ones. */
async function forward(images: number, training: boolean): Promise<Work> {
  const model = modelAt(null)
  const initial = model.initial('query', random)
  const builder = new ProgramBuilder(initial)
  const pass = new Pass(builder, training)
  const x = noise([images, ...sampleAt(null)])
  const logits = model.classify(pass, 'query', model.encode(pass, 'query', builder.feed('x', x)))
  const executable = await engine.compile(builder.finish({ logits }))
  const state = await engine.createState(initial)
  return () => executable.run(state, { x, ...drawNoise(pass.noise, random) })
}

/** The frozen part up to a cut, for all four views of both batches. */
function prefix(cut: Cut): Work {
  const part = new PrefixFeatures(engine, backbone, cut, 4 * batch)
  const views = new Float32Array(4 * batch * sizeOf(sampleAt(null)))
  return () => part.compute(views, 4 * batch)
}

const lastStage = backbone.cutAt(1)
if (!lastStage) throw new Error(`${values.backbone}: expected a network of two stages or more, found one`)
const works: Readonly<Record<string, Work>> = {
  all: await step(null),
  recomputed: await step(null, { recompute: true }),
  narrowed: await step(null, { halfActivations: true }),
  lastStage: await step(lastStage),
  toLastStage: prefix(lastStage),
  head: await step(backbone.head),
  toHead: prefix(backbone.head),
  again: await forward(batch, true),
  one: await forward(batch, false),
  both: await forward(2 * batch, false),
}
const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]))
for (let round = -1; round < rounds; round++)
  for (const [name, work] of Object.entries(works)) {
    const start = performance.now()
    await work()
    // The first round warms up.
    if (round >= 0) times.get(name)?.push(performance.now() - start)
  }
await engine.dispose()
const ms = (name: string): number => median(times.get(name) ?? [])

function line(what: string, without: number, withIt: number): void {
  console.log(`${what.padEnd(67)} ${without.toFixed(1).padStart(8)} ${withIt.toFixed(1).padStart(8)}  ${(100 * (1 - withIt / without)).toFixed(0).padStart(3)} %`) // prettier-ignore
}
console.log(`${size} px, ${batch} + ${batch} images, ${threads} threads, medians of ${rounds}, milliseconds a step`)
console.log(`${''.padEnd(67)} ${'without'.padStart(8)} ${'with'.padStart(8)}  saved`)
line('head: features cached, not computed anew each step', ms('toHead') + ms('head'), ms('head'))
line('last stage: features before it cached', ms('toLastStage') + ms('lastStage'), ms('lastStage'))
line('last stage: no gradient before it (against all layers)', ms('all'), ms('toLastStage') + ms('lastStage'))
line('all layers: one pass over the unlabelled query, not two', ms('all') + ms('again'), ms('all'))
line('all layers: activations kept, not computed again (`recompute`)', ms('recomputed'), ms('all'))
line('all layers: activations in float32, not float16 (`halfActivations`)', ms('narrowed'), ms('all'))
line('frozen statistics: both batches in one forward pass', 2 * ms('one'), ms('both'))
