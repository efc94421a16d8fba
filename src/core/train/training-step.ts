// Builds one training step of a method as one program: forward, backward, optimiser, averages and queues.
import { differentiate } from '../autodiff/differentiate.ts'
import { inHalf, narrowedEarly } from '../autodiff/half-storage.ts'
import { differentiateRecomputing } from '../autodiff/recompute.ts'
import * as g from '../graph/build.ts'
import type { Program } from '../graph/program.ts'
import type { Value } from '../graph/value.ts'
import type { ConfiguredMethod, StepContext } from '../methods/method.ts'
import type { Model, Part } from '../nn/model.ts'
import type { Noise } from '../nn/noise.ts'
import { momentumOf, sgd } from '../nn/optimiser.ts'
import type { SgdSettings } from '../nn/optimiser.ts'
import { Pass } from '../nn/pass.ts'
import { ProgramBuilder } from '../nn/program-builder.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor, Shape } from '../tensor/tensor.ts'

export interface StepSettings extends SgdSettings {
  labelledBatch: number
  unlabelledBatch: number
  /** Factors on the base learning rate. The backbone's own classifier has the backbone's. */
  rates: Readonly<Record<Exclude<Part, 'source'>, number>>
  /** Keep only the ends of the backbone's stages for the backward pass and compute the rest again: less memory, more time, equal numbers. */
  recompute?: boolean
  /** Store what the backward pass reads of the forward pass as float16: less memory, gradients but for rounding. */
  halfActivations?: boolean
}

export interface TrainingStep {
  program: Program
  /** What the loop draws and feeds anew at each step. */
  noise: readonly Noise[]
  /** All state variables that the program reads, with their starting values. */
  initial: Record<string, HostTensor>
  /** Terms of the loss among the outputs, as `loss/<term>`. */
  terms: readonly string[]
}

const parts: readonly Part[] = ['backbone', 'bottleneck', 'projector', 'classifier', 'source']

/** @param input shape of one image's input to the model: [3, H, W], or the activations at the cut
 *  @param variables starting values of the model's and the method's variables */
export function buildTrainingStep(
  model: Model,
  method: ConfiguredMethod,
  settings: StepSettings,
  input: Shape,
  variables: Readonly<Record<string, HostTensor>>,
): TrainingStep {
  const rates = parts
    .map((part) => [part, settings.rates[part === 'source' ? 'backbone' : part]] as const)
    .filter(([, factor]) => factor !== 0)
    .flatMap(([part, factor]) => model.trainable('query', part).map((name) => [name, factor] as const))
  const initial =
    settings.momentum === 0
      ? { ...variables }
      : withMomentum(
          variables,
          rates.map(([name]) => name),
        )
  const builder = new ProgramBuilder(initial)
  const pass = new Pass(builder, true)
  const weights = rates.map(([name]) => builder.get(name))

  const { losses, pseudoLabels, confidence } = method.step(stepContext(pass, model, method, settings, input))
  const loss = Object.values(losses).reduce((a, b) => g.add(a, b))
  const recall = settings.halfActivations ? inHalf(loss, builder.feeds) : undefined
  const gradients = settings.recompute
    ? differentiateRecomputing(loss, weights, pass.stageEnds, recall)
    : differentiate(loss, weights, recall)
  const rate = builder.feed('rate', { dtype: 'float32', shape: [] })
  rates.forEach(([name, factor], i) => sgd(builder, name, gradients[i]!, g.mul(rate, factor), settings))

  const outputs: Record<string, Value> = { loss }
  for (const [term, value] of Object.entries(losses)) outputs[`loss/${term}`] = value
  if (pseudoLabels) outputs.pseudoLabels = pseudoLabels
  if (confidence) outputs.confidence = confidence
  const built = builder.finish(outputs)
  const program = settings.halfActivations ? narrowedEarly(built) : built
  return { program, noise: pass.noise, initial: readBy(program, initial), terms: Object.keys(losses) }
}

/** The method's work before the first step, on labelled batches only; null where it has none. */
export function buildPrimingStep(
  model: Model,
  method: ConfiguredMethod,
  settings: StepSettings,
  input: Shape,
  variables: Readonly<Record<string, HostTensor>>,
): { program: Program; noise: readonly Noise[]; batches: number } | null {
  if (!method.prime) return null
  const builder = new ProgramBuilder(variables)
  const pass = new Pass(builder, true)
  method.prime.step(stepContext(pass, model, method, settings, input))
  return { program: builder.finish({}), noise: pass.noise, batches: method.prime.batches(model.shape.classes, settings.labelledBatch) }
}

/** Feeds of the batch: `labelled/<view>`, `labels`, `unlabelled/<view>`, `unlabelled/images`, `progress`. */
function stepContext(pass: Pass, model: Model, method: ConfiguredMethod, settings: StepSettings, input: Shape): StepContext {
  const { builder } = pass
  const views = (source: 'labelled' | 'unlabelled', batch: number): Value[] =>
    method.views[source].map((_, view) => builder.feed(`${source}/${view}`, { dtype: 'float32', shape: [batch, ...input] }))
  return {
    pass,
    model,
    labelled: {
      views: views('labelled', settings.labelledBatch),
      labels: builder.feed('labels', { dtype: 'int32', shape: [settings.labelledBatch] }),
    },
    unlabelled: {
      views: views('unlabelled', settings.unlabelledBatch),
      images: builder.feed('unlabelled/images', { dtype: 'int32', shape: [settings.unlabelledBatch] }),
    },
    progress: builder.feed('progress', { dtype: 'float32', shape: [] }),
  }
}

function withMomentum(variables: Readonly<Record<string, HostTensor>>, trained: readonly string[]): Record<string, HostTensor> {
  const buffers = trained.map((name) => [momentumOf(name), tensor(variables[name]!.dtype, variables[name]!.shape)] as const)
  return { ...variables, ...Object.fromEntries(buffers) }
}

function readBy(program: Program, initial: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(Object.keys(program.reads).map((name) => [name, initial[name]!]))
}
