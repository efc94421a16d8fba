// A phase's training step by itself, on noise: to time it.
import type { BatchPart } from '../../core/data/batches.ts'
import type { Engine } from '../../core/graph/program.ts'
import type { Random } from '../../core/tensor/random.ts'
import { scalar, sizeOf } from '../../core/tensor/tensor.ts'
import type { Shape } from '../../core/tensor/tensor.ts'
import { drawNoise } from '../../core/nn/noise.ts'
import { batchFeeds } from '../../core/train/loop.ts'
import type { Phase } from '../../core/train/plan.ts'
import type { Run } from './open-run.ts'
import { preparePhase } from './phase.ts'

export interface TrialStep {
  /** Of images, in a step. */
  readonly views: number
  readonly stateBytes: number
  /** Computes one step, at a rate of zero. @returns seconds */
  readonly once: () => Promise<number>
  readonly dispose: () => void
}

/** The first step, which is slower, is done. */
export async function openTrialStep(run: Run, engine: Engine, phase: Phase): Promise<TrialStep> {
  const { configured, settings, data, backbone } = run
  const classes = data.set.classes.length
  const { step, sample, random } = preparePhase({ backbone, classes, method: configured, settings, phase, seed: 0, carried: {} })
  using made = new DisposableStack()
  const state = made.adopt(await engine.createState(step.initial), (one) => one.dispose())
  const executable = made.adopt(await engine.compile(step.program), (one) => one.dispose())
  const part = (kinds: readonly unknown[], batch: number): BatchPart | null =>
    kinds.length === 0 ? null : noise(kinds.length, batch, sample, random)
  const labelled = part(configured.views.labelled, settings.labelledBatch)
  const unlabelled = data.unlabelled.length === 0 ? null : part(configured.views.unlabelled, settings.unlabelledBatch)
  const feeds = batchFeeds({ labelled, unlabelled }, sample)
  const zero = { rate: scalar('float32', 0), progress: scalar('float32', 0) }
  const once = async (): Promise<number> => {
    const start = performance.now()
    await executable.run(state, { ...feeds, ...drawNoise(step.noise, random), ...zero })
    return (performance.now() - start) / 1000
  }
  await once()
  const kept = made.move()
  return {
    views: [labelled, unlabelled].reduce((sum, half) => sum + (half ? half.views.length * half.labels.length : 0), 0),
    stateBytes: Object.values(step.initial).reduce((sum, value) => sum + value.data.byteLength, 0),
    once,
    dispose: () => kept.dispose(),
  }
}

function noise(views: number, batch: number, sample: Shape, random: Random): BatchPart {
  return {
    indices: new Int32Array(batch),
    labels: new Int32Array(batch),
    views: Array.from({ length: views }, () => Float32Array.from({ length: batch * sizeOf(sample) }, () => random.uniform(-1, 1))),
  }
}
