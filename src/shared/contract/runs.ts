// Runs: training, queued one after another, paused and resumed, kept on the disk.
import { z } from 'zod'
import { appErrorSchema } from '../errors.ts'
import { progressSchema, stepEventSchema, validationEventSchema } from '../events.ts'
import { methodsResultSchema, trainResultSchema } from '../results.ts'
import { starterId } from '../starter.ts'
import { method, service } from './define.ts'
import { classId, count, imageId, inProject, nothing, page, projectId, runId, share, split, time } from './domain.ts'
import { labelBudget } from './splits.ts'
import { started } from './tasks.ts'

const setting = z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])

/** All that a run is told. Names as on the command line. */
export const runConfig = z.strictObject({
  method: z.string().min(1).default('self-tuning'),
  /** Id of a backbone of `backbones.list`. */
  backbone: z.string().min(1).default(starterId),
  /** Labels used; absent = all there are. */
  labels: labelBudget.optional(),
  budget: z.enum(['quick', 'standard', 'thorough']).default('quick'),
  depth: z.union([z.enum(['head', 'all']), z.int().min(1).max(64)]).optional(),
  steps: z.int().min(1).optional(),
  imageSize: z.int().min(16).max(1024).optional(),
  normalize: z.enum(['imagenet', 'symmetric', 'unit']).optional(),
  batch: z.int().min(2).max(4096).optional(),
  settings: z.record(z.string(), setting).default({}),
  seed: z.int().min(0).max(0xffffffff).default(0),
  /** Device of `devices.list`; absent = the chosen one. */
  device: z.string().optional(),
})

/** `interrupted`: its engine, the application or the machine went down; `paused`: by the user. Both can be resumed. */
export const runState = z.enum(['queued', 'running', 'paused', 'interrupted', 'done', 'failed', 'cancelled'])

export const run = z.object({
  id: runId,
  project: projectId,
  name: z.string(),
  config: runConfig,
  state: runState,
  /** In the queue, 1 = next; null where it does not wait. */
  position: count.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  /** Latest step and validation. */
  progress: z.object({
    step: stepEventSchema.nullable(),
    validation: validationEventSchema.nullable(),
    /** The one whose weights are kept. */
    kept: validationEventSchema.nullable(),
    /** Work before, between and after training. */
    task: z.object({ task: z.string(), done: count, total: count, remainingSeconds: z.number().nullable() }).nullable(),
  }),
  result: trainResultSchema.omit({ job: true }).nullable(),
  error: appErrorSchema.nullable(),
  /** Was cancelled, and its best weights are being made a model: tested and exported. */
  isFinishing: z.boolean(),
  /** Has a model that predicts. */
  hasModel: z.boolean(),
  /** Has a checkpoint to go on from. */
  hasCheckpoint: z.boolean(),
})

const inRun = inProject.extend({ run: runId })
const problem = z.object({ field: z.string().nullable(), message: z.string() })
const line = z.object({ index: count, at: time.nullable(), event: progressSchema })

/** One predicted image of a validation or test split. */
const judged = z.object({
  image: imageId.nullable(),
  path: z.string(),
  truth: classId,
  predicted: classId,
  probability: share,
  loss: z.number(),
})

export const runs = service({
  methods: {
    /** Methods with their settings, ranges, defaults and help: forms are made from it. */
    methods: method(nothing, methodsResultSchema.omit({ job: true })),
    /** What keeps a run from starting, and what is worth knowing; nothing is started. */
    validate: method(
      inProject.extend({ config: runConfig }),
      z.object({
        problems: z.array(problem),
        warnings: z.array(problem),
        images: z.object({ labelled: count, unlabelled: count, validation: count, test: count }),
        classes: z.array(z.object({ class: classId, labels: count })),
      }),
    ),
    /** Time and memory, from a short probe. */
    estimate: method(inProject.extend({ config: runConfig }), started),
    /** Puts a run in the queue. The labels and splits are those of now. @throws 'bad-option' with the first problem of `validate`. */
    start: method(inProject.extend({ config: runConfig, name: z.string().trim().max(200).optional() }), run),
    list: method(inProject.extend({ state: runState.optional() }), z.object({ runs: z.array(run) })),
    get: method(inRun, run),
    rename: method(inRun.extend({ name: z.string().trim().min(1).max(200) }), run),
    /** Keeps a checkpoint and gives the processor back. */
    pause: method(inRun, run),
    /** Puts a paused, interrupted or failed run in the queue again; one that waits stays in its place, and a command trains it. */
    resume: method(inRun, run),
    /** Ends it for good. `keepBest`: the best weights so far become a model. */
    cancel: method(inRun.extend({ keepBest: z.boolean().default(true) }), run),
    /** Moves the run's folder to the system's trash. */
    delete: method(inRun, nothing),
    /** Moves a waiting run in the queue. @param position 1 = next */
    move: method(inRun.extend({ position: z.int().min(1) }), z.object({ runs: z.array(run) })),
    /** Recorded events from `after` on; `next` = where to go on. `classes`: what the run tells apart, in the order of its events. */
    metrics: method(
      inRun.extend({ after: count.default(0), limit: z.int().min(1).max(100_000).default(10_000) }),
      z.object({ lines: z.array(line), next: count, classes: z.array(z.object({ class: classId, name: z.string() })) }),
    ),
    log: method(inRun.extend({ lines: z.int().min(1).max(10_000).default(200) }), z.object({ lines: z.array(z.string()) })),
    /** Results side by side, and the settings in which the runs differ. */
    compare: method(
      inProject.extend({ runs: z.array(runId).min(1).max(100) }),
      z.object({
        runs: z.array(run),
        differences: z.array(z.object({ setting: z.string(), values: z.array(z.union([setting, z.null()])) })),
      }),
    ),
    /** How a finished run does on images it has not trained on. */
    evaluation: method(
      inRun.extend({ split: split.exclude(['train']).default('test') }),
      z.object({
        images: count,
        accuracy: share.nullable(),
        classes: z.array(
          z.object({
            class: classId,
            name: z.string(),
            images: count,
            precision: share.nullable(),
            recall: share.nullable(),
            f1: share.nullable(),
          }),
        ),
        /** Rows = truth, columns = prediction, in the order of `classes`. */
        confusion: z.array(z.array(count)),
        /** Confidence in ten bins: images, mean confidence, share that is right. */
        reliability: z.array(z.object({ images: count, confidence: share, accuracy: share })),
        expectedCalibrationError: share.nullable(),
      }),
    ),
    /** Predictions behind it; mistakes by falling loss. */
    judged: method(
      inRun.extend({
        split: split.exclude(['train']).default('test'),
        truth: classId.optional(),
        predicted: classId.optional(),
        mistakes: z.boolean().default(false),
        ...page,
      }),
      z.object({ images: z.array(judged), total: count }),
    ),
  },
  events: {
    changed: z.object({ run }),
    /** While it trains. */
    progress: z.object({ project: projectId, run: runId, event: progressSchema }),
    deleted: z.object({ project: projectId, run: runId }),
  },
})

export type Run = z.infer<typeof run>
export type RunConfig = z.output<typeof runConfig>
export type RunState = z.infer<typeof runState>
