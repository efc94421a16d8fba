// THE training loop: draws batches, runs steps, validates, recovers from divergence, hands out checkpoints. Methods and engines are parameters.
import type { Batch, BatchSource, BatchSourceState } from '../data/batches.ts'
import type { Executable, State } from '../graph/program.ts'
import { drawNoise } from '../nn/noise.ts'
import type { Noise } from '../nn/noise.ts'
import type { Random, RandomState } from '../tensor/random.ts'
import { scalar, tensor } from '../tensor/tensor.ts'
import type { HostTensor, Shape } from '../tensor/tensor.ts'
import type { TrainEvent } from './events.ts'
import { StepMeter } from './meter.ts'
import { rateFactor } from './schedule.ts'
import { isBetter, isClearlyWorse, isCollapsed } from './selection.ts'
import type { Validation } from './selection.ts'
import type { RunSettings } from './settings.ts'

/** Where a run stands: plain JSON, with the state variables it is a checkpoint. */
export interface LoopProgress {
  step: number
  /** Halved at each recovery. */
  rateScale: number
  recoveries: number
  /** The step that divergence returns to: of the last validation, so that it does not depend on when checkpoints are written. */
  good: number
  /** Of the first step: what later losses are compared with. */
  firstLoss: number | null
  /** The validation whose weights are kept (see `isClearlyWorse`). */
  kept: (Validation & { step: number }) | null
  /** The best validation. */
  best: Validation | null
  /** Validations since the best one. */
  stale: number
  random: RandomState
}

/** All that is needed to go on as if never stopped. */
export interface LoopPoint {
  progress: LoopProgress
  state: Record<string, HostTensor>
  source: BatchSourceState
  /** The state at `progress.good`, where that is another step. */
  good: Record<string, HostTensor> | null
}

export interface LoopOptions {
  executable: Executable
  noise: readonly Noise[]
  state: State
  source: BatchSource
  random: Random
  steps: number
  settings: Pick<RunSettings, 'learningRate' | 'schedule' | 'milestones' | 'warmUp' | 'validations' | 'patience'>
  /** How many there are to guess from; left out: that the weights are ruined is told by the loss alone. */
  classes?: number
  /** Of the weights that training starts from; null where they know nothing. */
  before?: Validation | null
  validate: () => Promise<Validation>
  /** True of errors after which training can go on elsewhere: a checkpoint of before the step is handed out first, where the state can be read. */
  isSurvivable?: (error: unknown) => boolean
  /** Called when the weights as they are now are the ones to keep. */
  keep?: () => Promise<void>
  /** Called after validations and now and then between them, as often as is cheap; at the end, and when stopped. */
  checkpoint: (point: LoopPoint) => Promise<void>
  emit: (event: TrainEvent) => void
  /** Called after each step that counts, with what it was given and what came out: to watch, not to change. Awaited, so that it may read the state. */
  observe?: (step: number, batch: Batch, outputs: Readonly<Record<string, HostTensor>>) => Promise<void>
  /** Lets the rest of the process run: called after every step, since an engine may compute without ever waiting. */
  pause: () => Promise<void>
  signal: AbortSignal
  /** Of an earlier checkpoint, to go on from it: the state and the source are there already. */
  resume?: Pick<LoopPoint, 'progress' | 'good'>
}

/** Divergence, by the loss: not a number, or this many times the loss of the first step. */
const explosion = 10
const maxRecoveries = 3
/** The longest that a crash can undo, where checkpoints are cheap. Between validations that are further apart there is one after this time. */
const checkpointMilliseconds = 15_000
/** Checkpoints take at most this share of the time: large ones come less often. */
const checkpointShare = 0.02

/** Runs until `steps`, early stop, or the signal (then a checkpoint is handed out first).
 * @returns where it ended; `kept` is what `keep` was last called for. */
export async function train(options: LoopOptions): Promise<LoopProgress> {
  const { executable, noise, state, source, random, steps, settings, emit, signal } = options
  const progress: LoopProgress = options.resume
    ? { ...options.resume.progress }
    : { step: 0, rateScale: 1, recoveries: 0, good: 0, firstLoss: null, kept: null, best: null, stale: 0, random: random.state }
  random.state = progress.random
  const interval = Math.ceil(steps / settings.validations)
  const meter = new StepMeter()
  let good = options.resume?.good ?? (await state.read())

  const pace = new CheckpointPace()
  const checkpoint = async (
    values: Record<string, HostTensor>,
    position = { random: random.state, source: source.state() },
  ): Promise<void> => {
    progress.random = position.random
    const point = { progress: { ...progress }, state: values, source: position.source, good: progress.step === progress.good ? null : good }
    await pace.measure(() => options.checkpoint(point))
  }

  /** Back to the last good weights, with half the rate. @returns false where that has been tried often enough */
  const recover = async (reason: string): Promise<boolean> => {
    const isOver = progress.recoveries === maxRecoveries
    if (!isOver) {
      progress.recoveries++
      progress.rateScale /= 2
    }
    emit({ kind: 'recovery', step: progress.step, reason, returnedTo: progress.good, rateScale: isOver ? 0 : progress.rateScale })
    await state.write(good)
    if (!isOver) progress.step = progress.good
    return !isOver
  }

  /** Why the weights are not to be kept, nor to be returned to: the last update may have gone wrong after its loss was read. */
  const ruined = (validation: Validation): string | null => {
    if (diverged(validation.loss, progress.firstLoss)) return `validation loss ${validation.loss}`
    const { classes } = options
    const reference = classes && [progress.best, options.before].find((one) => one && isCollapsed(validation, one, classes))
    return reference ? `validation accuracy ${validation.accuracy.toFixed(3)} after ${reference.accuracy.toFixed(3)}` : null
  }

  // Also where it goes on from a checkpoint: a run that had stopped early stays stopped.
  const isStale = (): boolean => settings.patience > 0 && progress.stale >= settings.patience
  while (progress.step < steps && !isStale() && !signal.aborted) {
    const before = { random: random.state, source: source.state() }
    const batch = await meter.waiting(source.next())
    const learningRate = settings.learningRate * progress.rateScale * rateFactor(progress.step, steps, settings)
    const feeds = {
      ...batchFeeds(batch, source.sampleShape),
      ...drawNoise(noise, random),
      rate: scalar('float32', learningRate),
      progress: scalar('float32', progress.step / steps),
    }
    const outputs = await executable.run(state, feeds).catch(async (error: unknown) => {
      // The step has not happened: its batch and its noise are drawn again.
      if (options.isSurvivable?.(error)) await state.read().then((values) => checkpoint(values, before), () => undefined) // prettier-ignore
      throw error
    })
    progress.step++
    await options.pause()
    const reading = meter.read(outputs, batch)
    progress.firstLoss ??= Number.isFinite(reading.loss) ? reading.loss : null
    if (diverged(reading.loss, progress.firstLoss)) {
      if (await recover(`loss ${reading.loss}`)) continue
      break
    }
    emit({ kind: 'step', step: progress.step, steps, learningRate, ...reading })
    await options.observe?.(progress.step, batch, outputs)
    if (progress.step % interval !== 0 && progress.step !== steps) {
      if (pace.isDue) await checkpoint(await state.read())
      continue
    }

    meter.pause()
    const validation = await options.validate()
    const ruin = ruined(validation)
    if (ruin !== null) {
      meter.restart()
      if (await recover(ruin)) continue
      break
    }
    const isBest = progress.best === null || isBetter(validation, progress.best)
    progress.stale = isBest ? 0 : progress.stale + 1
    const best = (isBest ? null : progress.best) ?? validation
    progress.best = best
    const kept = !isClearlyWorse(validation, best)
    if (kept) {
      progress.kept = { ...validation, step: progress.step }
      await options.keep?.()
    }
    emit({ kind: 'validation', step: progress.step, steps, kept, accuracy: validation.accuracy, loss: validation.loss })
    progress.good = progress.step
    good = await state.read()
    if (progress.step === steps || isStale() || pace.isAffordable) await checkpoint(good)
    meter.restart()
  }
  if (signal.aborted) await checkpoint(await state.read())
  return progress
}

/** When to write checkpoints, by what the last one cost. It does not change the numbers. */
class CheckpointPace {
  #endedAt = performance.now()
  #cost = 0

  get isAffordable(): boolean {
    return performance.now() - this.#endedAt >= this.#cost / checkpointShare
  }

  get isDue(): boolean {
    return performance.now() - this.#endedAt >= checkpointMilliseconds && this.isAffordable
  }

  async measure(write: () => Promise<void>): Promise<void> {
    const start = performance.now()
    await write()
    this.#endedAt = performance.now()
    this.#cost = this.#endedAt - start
  }
}

function diverged(loss: number, first: number | null): boolean {
  return !Number.isFinite(loss) || (first !== null && loss > explosion * Math.max(1, first))
}

/** A batch as feeds: `labels`, `labelled/<view>`, `unlabelled/<view>`, `unlabelled/images`. */
export function batchFeeds(batch: Batch, sample: Shape): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {}
  for (const source of ['labelled', 'unlabelled'] as const) {
    const part = batch[source]
    if (!part) continue
    const shape = [part.labels.length, ...sample]
    part.views.forEach((view, i) => (feeds[`${source}/${i}`] = tensor('float32', shape, view)))
  }
  if (batch.labelled) feeds.labels = tensor('int32', [batch.labelled.labels.length], batch.labelled.labels)
  if (batch.unlabelled) feeds['unlabelled/images'] = tensor('int32', [batch.unlabelled.indices.length], batch.unlabelled.indices)
  return feeds
}
