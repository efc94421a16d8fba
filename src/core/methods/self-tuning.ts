// Self-Tuning: pre-trained model, few labels and all unlabelled images together through Pseudo Group Contrast.
// Wang, Gao, Long, Wang: Self-Tuning for Data-Efficient Deep Learning, ICML 2021; details as in the released code (thuml/Self-Tuning).
import { z } from 'zod'
import type { Value } from '../graph/value.ts'
import { enqueue, infoNce, pseudoGroupContrast } from '../nn/contrast.ts'
import { averagePairs, copies, updateAverage } from '../nn/ema.ts'
import { confidence, crossEntropy, pseudoLabels } from '../nn/losses.ts'
import type { Model, Part } from '../nn/model.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { tensor } from '../tensor/tensor.ts'
import type { Draws } from '../tensor/random.ts'
import { view } from './labelled-settings.ts'
import { defineMethod } from './method.ts'
import type { StepContext } from './method.ts'

const settings = z.strictObject({
  loss: z
    .enum(['pgc', 'ce', 'cl'])
    .default('pgc')
    .describe('term on both data: Pseudo Group Contrast, cross-entropy on pseudo-labels, or InfoNCE'),
  labelledContrast: z.boolean().default(true).describe('contrast the labelled images too'),
  unlabelledContrast: z.boolean().default(true).describe('use the unlabelled images'),
  view,
  queues: z
    .enum(['shared', 'separate'])
    .default('shared')
    .describe('one set of queues for all images, or one each for labelled and unlabelled'),
  queueSize: z.int().min(1).max(1024).default(32).describe('K, keys kept per class'),
  queueStart: z
    .enum(['random', 'labelled'])
    .default('random')
    .describe('queues begin with random unit vectors, or with keys of labelled images'),
  projection: z.int().min(2).max(4096).default(256).describe('D, width of the projection; 1024 in the released code'),
  temperature: z.number().min(0.01).max(1).default(0.07).describe('tau of the contrast'),
  keyMomentum: z.number().min(0).max(1).default(0.9).describe('m of the key encoder; 0.999 in the released code, for 27,000 steps'),
  keyUpdatesPerStep: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('2 as in the released code: before the labelled and the unlabelled keys'),
})

/** Parts of which the key encoder holds an average: all but the classifier. It starts as a copy. */
const keyParts: readonly Part[] = ['backbone', 'bottleneck', 'projector']
type Source = 'labelled' | 'unlabelled'

export const selfTuning = defineMethod(
  {
    id: 'self-tuning',
    title: 'Self-Tuning',
    citation: 'Wang, Gao, Long, Wang: Self-Tuning for Data-Efficient Deep Learning, ICML 2021',
    settings,
    withoutUnlabelled: { unlabelledContrast: false },
  },
  (s) => {
    const contrasts = s.loss !== 'ce'
    const queueOf = (source: Source): string => (s.queues === 'shared' ? 'shared' : source)

    /** Contrast of a batch with the queues as they stand, then its keys are written to them. */
    const contrast = (context: StepContext, source: Source, feature: Value, labels: Value): Value => {
      const { pass, model } = context
      const queue = `queue/${queueOf(source)}`
      const q = model.project(pass, 'query', feature)
      const k = nextKeys(context, source)
      const compared = { q, k, queue: pass.builder.get(queue), tau: s.temperature }
      const loss = s.loss === 'cl' ? infoNce(compared) : pseudoGroupContrast(compared, labels)
      remember(context, queue, k, labels)
      return loss
    }

    const nextKeys = ({ pass, model, ...batch }: StepContext, source: Source): Value => {
      if (source === 'labelled' || s.keyUpdatesPerStep === 2) {
        updateAverage(pass.builder, averagePairs(model, keyParts, 'key'), s.keyMomentum)
      }
      return model.project(pass, 'key', model.encode(pass, 'key', batch[source].views[1]!))
    }

    const step = (context: StepContext): { losses: Record<string, Value>; pseudoLabels?: Value; confidence?: Value } => {
      const { pass, model, labelled, unlabelled } = context
      const losses: Record<string, Value> = {}
      const feature = model.encode(pass, 'query', labelled.views[0]!)
      losses.labelledCe = crossEntropy(model.classify(pass, 'query', feature), labelled.labels)
      if (contrasts) {
        const loss = contrast(context, 'labelled', feature, labelled.labels)
        if (s.labelledContrast) losses.labelledContrast = loss
      }
      if (!s.unlabelledContrast) return { losses }
      const unlabelledFeature = model.encode(pass, 'query', unlabelled.views[0]!)
      const logits = model.classify(pass, 'query', unlabelledFeature)
      const pseudo = pseudoLabels(logits)
      if (contrasts) losses.unlabelledContrast = contrast(context, 'unlabelled', unlabelledFeature, pseudo)
      else losses.unlabelledCe = crossEntropy(logits, pseudo)
      return { losses, pseudoLabels: pseudo, confidence: confidence(logits) }
    }

    return {
      views: { labelled: [s.view, 'strong'], unlabelled: s.unlabelledContrast ? ['strong', 'strong'] : [] },
      projector: contrasts ? s.projection : null,
      variables: (model, initial, random) => (contrasts ? { ...copies(initial, keyParts, 'key'), ...queues(model, random) } : {}),
      step,
      ...(contrasts && { queues: queueNames().map((name) => `queue/${name}`) }),
      ...(contrasts && s.queueStart === 'labelled' ? { prime: { batches: primingBatches, step: prime } } : {}),
    }

    function queueNames(): string[] {
      return s.queues === 'shared' || !s.unlabelledContrast ? [queueOf('labelled')] : ['labelled', 'unlabelled']
    }

    function queues(model: Model, random: Draws): Record<string, HostTensor> {
      return Object.assign(
        {},
        ...queueNames().map((name) => emptyQueue(name, model.shape.classes, s.queueSize, s.projection, random)),
      ) as Record<string, HostTensor>
    }

    function primingBatches(classes: number, batch: number): number {
      return Math.ceil((classes * s.queueSize) / batch)
    }

    function prime(context: StepContext): void {
      const k = context.model.project(context.pass, 'key', context.model.encode(context.pass, 'key', context.labelled.views[1]!))
      for (const source of s.queues === 'shared' ? (['labelled'] as const) : (['labelled', 'unlabelled'] as const))
        remember(context, `queue/${queueOf(source)}`, k, context.labelled.labels)
    }
  },
)

function remember({ pass: { builder } }: StepContext, queue: string, keys: Value, labels: Value): void {
  const pointer = `${queue}/pointer`
  const next = enqueue(builder.get(queue), builder.get(pointer), keys, labels)
  builder.set(queue, next.queue)
  builder.set(pointer, next.pointer)
}

/** A queue of random unit vectors [C, K, D] and its pointers. */
function emptyQueue(name: string, classes: number, size: number, width: number, random: Draws): Record<string, HostTensor> {
  const queue = tensor('float32', [classes, size, width])
  const key = new Array<number>(width).fill(0)
  for (let row = 0; row < classes * size; row++) {
    for (let i = 0; i < width; i++) key[i] = random.normal()
    const norm = Math.hypot(...key)
    for (let i = 0; i < width; i++) queue.data[row * width + i] = (key[i] ?? 0) / norm
  }
  return { [`queue/${name}`]: queue, [`queue/${name}/pointer`]: tensor('int32', [classes]) }
}
