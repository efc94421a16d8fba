// What the engine says while it works, and how it is spoken to. Every message is checked on the side that receives it.
import { z } from 'zod'
import { appErrorSchema } from './errors.ts'
import { jobRequestSchema } from './requests.ts'
import { jobResultSchema } from './results.ts'
import { filesEventSchema, goneEventSchema, scanEventSchema, skippedEventSchema } from './scan.ts'

/** null where the number is not finite: JSON has no NaN. */
const measure = z.number().nullable()
const count = z.int().min(0)
const seconds = z.number().min(0)

/** First event of a job: what it works on. Fields that a job does not know are absent. */
export const startEventSchema = z.object({
  event: z.literal('start'),
  job: z.string(),
  method: z.string().optional(),
  classes: z.array(z.string()).optional(),
  /** Images by use. */
  images: z.object({ labelled: count, unlabelled: count, validation: count, test: count }).optional(),
  steps: count.optional(),
  batch: count.optional(),
  imageSize: count.optional(),
  seed: count.optional(),
  threads: count.optional(),
  /** The engine's name for itself, e.g. `onnxruntime cpu, 2 threads`. */
  device: z.string().optional(),
  out: z.string().optional(),
  /** Step of the checkpoint that the run goes on from. */
  resumedFrom: count.optional(),
})

export const stepEventSchema = z.object({
  event: z.literal('step'),
  /** Steps done, of how many in all. */
  step: count,
  steps: count,
  /** Part of the run, e.g. `head on cached views`. */
  phase: z.string().optional(),
  loss: measure,
  /** Terms of the loss by name. */
  losses: z.record(z.string(), measure).optional(),
  /** On the labelled training batch, 0..1. */
  accuracy: measure.optional(),
  /** Of the unlabelled batch: mean confidence, and share that is right where the truth is known, 0..1. */
  pseudoLabels: z.object({ confidence: measure, accuracy: measure }).optional(),
  learningRate: z.number().optional(),
  imagesPerSecond: measure.optional(),
  /** Share of the time of training so far that it waited for images, 0..1. */
  waitingShare: measure.optional(),
  /** Since the job began. */
  seconds,
  /** Until training ends. */
  remainingSeconds: measure.optional(),
})

export const validationEventSchema = z.object({
  event: z.literal('validation'),
  step: count,
  accuracy: z.number(),
  loss: measure.optional(),
  /** True if its weights are the ones to keep: the best so far, or later and not worse by more than chance. */
  kept: z.boolean(),
})

/** What the method takes the unlabelled images for, now and then: each by the latest step that saw it. */
export const pseudoLabelsEventSchema = z.object({
  event: z.literal('pseudo-labels'),
  step: count,
  /** Images by their pseudo-label, in the order of the classes. */
  classes: z.array(count),
  /** Images seen so far. */
  seen: count,
  /** Of those seen again since the last of these events: how many, and how many of them got another pseudo-label. */
  again: count,
  changed: count,
  /** Some of those that changed, latest first. */
  examples: z.array(
    z.object({
      /** The application's own id; null where images come from a folder. */
      image: count.nullable(),
      path: z.string(),
      from: count,
      to: count,
      confidence: z.number().min(0).max(1),
    }),
  ),
  /** Keys that a method's queue holds, in the order of the classes, and how many it can hold for each; null without queues. */
  queue: z.object({ held: z.array(count), size: count }).nullable(),
})

/** Work around training: reading images, caching views, testing, exporting. */
export const progressEventSchema = z.object({
  event: z.literal('progress'),
  /** E.g. `caching views`. */
  task: z.string(),
  done: count,
  total: count,
  /** Of what, e.g. `images`. */
  unit: z.string().optional(),
  remainingSeconds: measure.optional(),
})

export const warningEventSchema = z.object({ event: z.literal('warning'), message: z.string(), file: z.string().optional() })

/** A line for people: a decision and its reason. */
export const logEventSchema = z.object({ event: z.literal('log'), message: z.string() })

export const doneEventSchema = z.intersection(z.object({ event: z.literal('done') }), jobResultSchema)

export const errorEventSchema = z.intersection(z.object({ event: z.literal('error') }), appErrorSchema)

/** Events that a job sends itself. `done` and `error` are sent for it when it ends. */
export const progressSchema = z.discriminatedUnion('event', [
  startEventSchema,
  stepEventSchema,
  validationEventSchema,
  pseudoLabelsEventSchema,
  progressEventSchema,
  warningEventSchema,
  logEventSchema,
  scanEventSchema,
  goneEventSchema,
  skippedEventSchema,
  filesEventSchema,
])

/** Sent every few seconds as long as the engine's thread turns: its absence tells a job that hangs from one that computes. */
export const heartbeatEventSchema = z.object({ event: z.literal('heartbeat') })

export const engineEventSchema = z.union([progressSchema, heartbeatEventSchema, doneEventSchema, errorEventSchema])

/** Messages to the engine. `keep`: stay for another job afterwards. `stop`: keep a checkpoint and end; a second one ends at once. */
export const engineCommandSchema = z.discriminatedUnion('command', [
  z.object({ command: z.literal('run'), request: jobRequestSchema, keep: z.boolean().default(false) }),
  z.object({ command: z.literal('stop') }),
])

export type StartEvent = z.infer<typeof startEventSchema>
export type StepEvent = z.infer<typeof stepEventSchema>
export type ValidationEvent = z.infer<typeof validationEventSchema>
export type ProgressEvent = z.infer<typeof progressEventSchema>
export type PseudoLabelsEvent = z.infer<typeof pseudoLabelsEventSchema>
export type WarningEvent = z.infer<typeof warningEventSchema>
export type JobEvent = z.infer<typeof progressSchema>
export type EngineEvent = z.infer<typeof engineEventSchema>
export type EngineCommand = z.infer<typeof engineCommandSchema>
