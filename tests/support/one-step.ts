// One training step of a method on the tiny network, as a phase of a run makes it.
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import type { Engine } from '../../src/core/graph/program.ts'
import type { Method } from '../../src/core/methods/method.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { scalar, sizeOf, tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import type { Depth } from '../../src/core/nn/backbone.ts'
import { runSettings } from '../../src/core/train/settings.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { preparePhase } from '../../src/engine/training/phase.ts'
import type { PreparedPhase } from '../../src/engine/training/phase.ts'
import { tinyBackbone } from './tiny-backbone.ts'

export interface Choice {
  depth: Depth
  settings?: Record<string, unknown>
  /** Of the run. */
  run?: Record<string, unknown>
  /** As after an earlier phase. */
  carried?: Record<string, HostTensor>
  backbone?: Backbone
}

export const tiny = (): Backbone => new Backbone(readOnnx(tinyBackbone()), { imageSize: 32 })

export function phaseOf(method: Method, { depth, settings = {}, run = {}, carried = {}, backbone = tiny() }: Choice): PreparedPhase {
  return preparePhase({
    backbone,
    classes: 3,
    method: method.configure(settings),
    settings: runSettings.parse({ bottleneck: 16, dropout: 0, labelledBatch: 4, unlabelledBatch: 4, ...run }),
    phase: { title: 'a phase', depth, steps: 10, rateFactor: 1 },
    seed: 0,
    carried,
  })
}

/** Feeds of noise, by a seed. */
export function noiseFeeds({ step, sample }: PreparedPhase, rate: number): Record<string, HostTensor> {
  const random = new Random(3)
  const images = (shape: readonly number[]): HostTensor =>
    tensor(
      'float32',
      shape,
      Array.from({ length: sizeOf(shape) }, () => random.normal()),
    )
  const feeds = Object.entries(step.program.feeds).map(([name, { shape }]) => [name, images(shape)] as const)
  const fixed = { labels: tensor('int32', [4], [0, 1, 2, 1]), rate: scalar('float32', rate), progress: scalar('float32', 0) }
  const kept = Object.entries(fixed).filter(([name]) => name in step.program.feeds)
  if (sample.length === 0) throw new Error('expected a sample')
  return { ...Object.fromEntries(feeds), ...Object.fromEntries(kept) }
}

/** Outputs of a step, and the state after it. */
export async function oneStep(
  prepared: PreparedPhase,
  { rate = 0, engine = new OnnxRuntimeEngine({ threads: 1 }) }: { rate?: number; engine?: Engine } = {},
): Promise<{ outputs: Readonly<Record<string, HostTensor>>; state: Readonly<Record<string, HostTensor>> }> {
  const executable = await engine.compile(prepared.step.program)
  const state = await engine.createState(prepared.step.initial)
  const outputs = await executable.run(state, noiseFeeds(prepared, rate))
  const after = await state.read()
  await engine.dispose()
  return { outputs, state: after }
}
