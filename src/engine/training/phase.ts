// One phase of a run: builds the programs for its depth, feeds them, and returns the best weights.
import type { BatchSource, EvaluationBatch } from '../../core/data/batches.ts'
import type { Engine, State } from '../../core/graph/program.ts'
import type { ConfiguredMethod, ImageCounts } from '../../core/methods/method.ts'
import { Model } from '../../core/nn/model.ts'
import { drawNoise } from '../../core/nn/noise.ts'
import type { Backbone, Cut } from '../../core/nn/backbone.ts'
import { deriveSeed, Random } from '../../core/tensor/random.ts'
import type { Draws } from '../../core/tensor/random.ts'
import { scalar } from '../../core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../core/tensor/tensor.ts'
import { buildEvaluation, predict, score } from '../../core/train/evaluation.ts'
import type { TrainEvent } from '../../core/train/events.ts'
import { batchFeeds, train } from '../../core/train/loop.ts'
import type { LoopPoint, LoopProgress } from '../../core/train/loop.ts'
import type { Phase } from '../../core/train/plan.ts'
import type { RunSettings } from '../../core/train/settings.ts'
import { buildPrimingStep, buildTrainingStep } from '../../core/train/training-step.ts'
import type { StepSettings, TrainingStep } from '../../core/train/training-step.ts'
import { isSurvivable, ofNoBatch } from '../errors.ts'
import type { Checkpoint } from './checkpoint.ts'
import { InParts } from './in-parts.ts'
import type { PseudoLabelReport, PseudoLabelTracker } from './pseudo-label-tracker.ts'
import { QueueFill } from './queue-fill.ts'

type Variables = Readonly<Record<string, HostTensor>>

export type BatchSizes = Pick<RunSettings, 'labelledBatch' | 'unlabelledBatch'>

/** Where a phase's images come from; how they are made is not its business. */
export interface PhaseData {
  /** Opens the endless stream of training batches, at the position of a checkpoint if one is given. */
  training(cut: Cut | null, settings: BatchSizes, resume: Checkpoint['source'] | undefined): Promise<BatchSource>
  /** Validation images in order, as inputs from the cut on. */
  validation(cut: Cut | null, batch: number): AsyncIterable<EvaluationBatch>
}

export interface PhaseOptions {
  engine: Engine
  backbone: Backbone
  classes: number
  method: ConfiguredMethod
  settings: RunSettings
  phase: Phase
  seed: number
  counts: ImageCounts
  data: PhaseData
  /** Trained weights (scope `query`), queues and averages of the phase before; empty for the first. */
  carried: Variables
  carriedBest: Checkpoint['carriedBest']
  resume: Checkpoint | null
  emit: (event: TrainEvent) => void
  /** Of the whole run; what it has seen is told now and then, at validations, and at the end. */
  tracker: PseudoLabelTracker
  onPseudoLabels: (step: number, report: PseudoLabelReport) => void
  checkpoint: (parts: LoopPoint & Pick<Checkpoint, 'best'>) => Promise<void>
  pause: () => Promise<void>
  signal: AbortSignal
}

export interface PhaseResult {
  progress: LoopProgress
  /** Weights (scope `query`), queues and averages of the best validation. */
  best: Variables
}

/** Inputs that one evaluation step takes: many where they are small. */
const evaluationElements = 2 ** 20

export async function runPhase(options: PhaseOptions): Promise<PhaseResult> {
  const { engine, method, settings, phase, data, resume, tracker } = options
  const { random, cut, model, sample, initial, variables, fresh, stepSettings, step } = preparePhase(options)
  // Whatever fails, what was made before is not left behind: the next try makes its own.
  await using made = new AsyncDisposableStack()
  const source = made.adopt(await data.training(cut, settings, resume?.source), (opened) => opened.close())
  const values = resume?.state ?? { ...initial, ...step.initial }
  const state = made.adopt(await createState(engine, values), disposeOf)
  const executable = made.adopt(await engine.compile(step.program), disposeOf)
  const evaluation = made.adopt(await evaluator(options, model, cut, sample, initial, state), disposeOf)
  const fill = new QueueFill(method.queues ?? [], fresh)
  let at = 0
  const tell = async (): Promise<void> => {
    const report = tracker.report(await fill.read(state))
    if (report) options.onPseudoLabels(at, report)
  }
  const lasting = lastingVariables(method, variables)
  if (!resume && !lasting.some((name) => name in options.carried))
    await prime(options, model, stepSettings, sample, variables, state, source, random)
  let best: Variables = resume?.best ?? {}
  const kept = [...Object.keys(initial), ...lasting]
  const progress = await train({
    executable,
    noise: step.noise,
    state,
    source,
    random,
    steps: phase.steps,
    classes: options.classes,
    before: options.carriedBest,
    settings: { ...settings, learningRate: settings.learningRate * phase.rateFactor },
    validate: async () => {
      await tell()
      return await evaluation.validate()
    },
    observe: async (done, batch, outputs) => {
      at = done
      tracker.take(batch, outputs)
      if (tracker.isDue) await tell()
    },
    keep: async () => {
      best = await state.read(kept)
    },
    checkpoint: (point) => options.checkpoint({ ...point, best }),
    isSurvivable,
    emit: options.emit,
    pause: options.pause,
    signal: options.signal,
    ...(resume && { resume }),
  })
  if (tracker.hasNews) await tell()
  return { progress, best }
}

/** The state with the weights. It does not grow with the batch. */
async function createState(engine: Engine, values: Variables): Promise<State> {
  try {
    return await engine.createState(values)
  } catch (error) {
    if (isSurvivable(error)) throw ofNoBatch(error)
    throw error
  }
}

function disposeOf(made: { dispose: () => void }): void {
  made.dispose()
}

type PhaseChoice = Pick<PhaseOptions, 'backbone' | 'classes' | 'method' | 'settings' | 'phase' | 'seed' | 'carried'> & {
  /** Left out: as few as there can be, where it is about the cost of a step, to which what is kept of each image adds next to nothing. */
  counts?: ImageCounts
}

const fewest: ImageCounts = { images: 1, unlabelled: 1 }

export interface PreparedPhase {
  random: Random
  cut: Cut | null
  model: Model
  /** Shape of one image's input. */
  sample: Shape
  /** Of the model alone, and with the method's own. */
  initial: Variables
  variables: Variables
  /** What the method's own would be if no phase had come before. */
  fresh: Variables
  stepSettings: StepSettings
  step: TrainingStep
}

/** What a phase computes: its model, starting values and training step.
 * @param draws of the starting values; another one than the phase's own where only shapes are wanted */
export function preparePhase(options: PhaseChoice, draws?: Draws): PreparedPhase {
  const { backbone, method, settings, phase } = options
  const random = new Random(deriveSeed(options.seed, 'phase', phase.title))
  const cut = backbone.cutAt(phase.depth)
  const model = phaseModel(options, cut)
  const sample = backbone.inputType(cut, 1).shape.slice(1)
  const initial = { ...model.initial('query', draws ?? random) }
  for (const name of Object.keys(initial)) {
    const value = options.carried[name]
    if (value) initial[name] = value
  }
  const fresh = method.variables(model, initial, draws ?? random, options.counts ?? fewest)
  // Random queues would pull the trained weights apart until they are full of keys again.
  const lasting = Object.fromEntries(
    lastingVariables(method, fresh).flatMap((name) => {
      const value = options.carried[name]
      return value ? [[name, value]] : []
    }),
  )
  const variables = { ...initial, ...fresh, ...lasting }
  const stepSettings = stepSettingsOf(settings)
  const step = buildTrainingStep(model, method, stepSettings, sample, variables)
  return { random, cut, model, sample, initial, variables, fresh, stepSettings, step }
}

/** What a later phase goes on with beside the weights: the method's queues and what belongs to them by their names, and what else it says. */
function lastingVariables({ queues = [], carried = [] }: ConfiguredMethod, variables: Variables): string[] {
  const isQueue = (name: string): boolean => queues.some((queue) => name === queue || name.startsWith(`${queue}/`))
  return Object.keys(variables).filter((name) => carried.includes(name) || isQueue(name))
}

function phaseModel({ backbone, classes, settings, method }: PhaseChoice, cut: Cut | null): Model {
  return new Model({
    backbone,
    cut,
    classes,
    bottleneck: settings.bottleneck === 0 ? null : { width: settings.bottleneck, dropout: settings.dropout },
    projector: method.projector,
    source: method.sourceHead ? backbone.sourceHead : null,
    batchNorm: settings.batchNorm,
  })
}

function stepSettingsOf(settings: RunSettings): StepSettings {
  return {
    ...settings,
    rates: {
      backbone: settings.backboneRate,
      bottleneck: settings.bottleneckRate,
      projector: settings.projectorRate,
      classifier: settings.classifierRate,
    },
  }
}

async function evaluator({ engine, data }: PhaseOptions, model: Model, cut: Cut | null, sample: Shape, initial: Variables, state: State) {
  const batch = Math.min(256, Math.max(8, Math.floor(evaluationElements / sample.reduce((a, b) => a * b, 1))))
  const program = new InParts(engine, (images) => buildEvaluation(model, sample, images, initial), batch)
  await program.prepare()
  return {
    validate: async () => score(await predict(program, state, [batch, ...sample], data.validation(cut, batch))),
    dispose: () => program.dispose(),
  }
}

/** Lets the method work on labelled batches before the first step, e.g. fill its queues. */
async function prime(
  { engine, method }: PhaseOptions,
  model: Model,
  settings: StepSettings,
  sample: Shape,
  variables: Variables,
  state: State,
  source: BatchSource,
  random: Random,
): Promise<void> {
  const priming = buildPrimingStep(model, method, settings, sample, variables)
  if (!priming) return
  const executable = await engine.compile(priming.program)
  try {
    for (let i = 0; i < priming.batches; i++) {
      const feeds = batchFeeds({ ...(await source.next()), unlabelled: null }, sample)
      await executable.run(state, { ...feeds, ...drawNoise(priming.noise, random), progress: scalar('float32', 0) })
    }
  } finally {
    executable.dispose()
  }
}
