// What a training method is: settings, the views it needs, and its loss as graph builders. Methods never loop, log, load or optimise.
import type { z } from 'zod'
import type { Value } from '../graph/value.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import type { Draws } from '../tensor/random.ts'
import type { Model } from '../nn/model.ts'
import type { Pass } from '../nn/pass.ts'

/** Kinds of random views: weak = crop and flip; strong = the same and RandAugment. */
export type ViewKind = 'weak' | 'strong'

/** Views of each image of a batch, in the order in which `step` receives them. No unlabelled views = labelled data only. */
export interface Views {
  labelled: readonly ViewKind[]
  unlabelled: readonly ViewKind[]
}

/** For what a method keeps of each image: how many there are in the data set, and how many of them are the unlabelled ones to learn from. */
export interface ImageCounts {
  images: number
  unlabelled: number
}

/** What a method builds its step from. The weights being trained are in scope `query`. */
export interface StepContext {
  pass: Pass
  model: Model
  /** One input per labelled view, [N, ...], and int32 labels [N]. */
  labelled: { views: readonly Value[]; labels: Value }
  /** One input per unlabelled view; none where the method asks for none. And the number of each image in the data set, int32 [N]. */
  unlabelled: { views: readonly Value[]; images: Value }
  /** Share of the phase that is done, scalar in [0, 1): for ramps, which run in each phase anew. */
  progress: Value
}

export interface StepResult {
  /** Terms of the loss, weights applied; their sum is minimised. */
  losses: Readonly<Record<string, Value>>
  /** int32 [N]: the class that each unlabelled image was taken for. */
  pseudoLabels?: Value
  /** [N]: how sure the model was of them. */
  confidence?: Value
}

/** A method with its settings fixed. */
export interface ConfiguredMethod {
  readonly views: Views
  /** Width D of the projector that the model needs, null for none. */
  readonly projector: number | null
  /** The model keeps and trains the classifier that its backbone came with. */
  readonly sourceHead?: boolean
  /** Variables beyond the model's own (key encoders, queues), given the model's starting values. */
  variables(model: Model, initial: Readonly<Record<string, HostTensor>>, random: Draws, counts: ImageCounts): Record<string, HostTensor>
  step(context: StepContext): StepResult
  /** Variables [C, K, ...] that keep K keys of each class, overwriting what they start with: how full they are is reported, and a later phase goes on with
   * them, and with variables whose names begin with theirs and a slash. Absent where there are none. */
  readonly queues?: readonly string[]
  /** Further variables that a later phase goes on with, e.g. averages over steps. */
  readonly carried?: readonly string[]
  /** Work on labelled batches before the first step, without gradients. Absent where there is none. */
  readonly prime?: { batches: (classes: number, batch: number) => number; step: (context: StepContext) => void }
}

/** A row of the methods' index. */
export interface Method {
  readonly id: string
  readonly title: string
  /** Authors, title, venue, year. */
  readonly citation: string
  /** Ranges, units and help are in the schema: forms and `methods` are made from it. */
  readonly settings: z.ZodObject
  /** Settings with which a method that uses unlabelled images does without any. Left out: it needs some, or never asks for one. */
  readonly withoutUnlabelled?: Readonly<Record<string, unknown>>
  /** @throws z.ZodError on settings out of range or unknown ones. */
  configure(settings: unknown): ConfiguredMethod
}

/** Binds a schema to the functions that read its values. */
export function defineMethod<Schema extends z.ZodObject>(
  about: Pick<Method, 'id' | 'title' | 'citation' | 'withoutUnlabelled'> & { settings: Schema },
  bind: (settings: z.infer<Schema>) => ConfiguredMethod,
): Method {
  return { ...about, configure: (settings) => bind(about.settings.parse(settings)) }
}

/** Whether the method learns from unlabelled images, as it is unless told otherwise. */
export function usesUnlabelled(method: Method): boolean {
  return method.configure({}).views.unlabelled.length > 0
}
