// What each job answers: the fields of its `done` event.
import { z } from 'zod'
import { stepFacts } from './step-facts.ts'

/** Share of images that were right, 0..1; null where there was nothing to measure on. */
const accuracy = z.number().min(0).max(1).nullable()
const count = z.int().min(0)

export const trainResultSchema = z.object({
  job: z.literal('train'),
  testAccuracy: accuracy,
  validationAccuracy: accuracy,
  /** Wall time of this command. */
  seconds: z.number(),
  /** Images that went through the network in training, per second of training. */
  imagesPerSecond: z.number(),
  /** Share of the time of training that it waited for images, 0..1; absent in what an older version has written, or where nothing was trained. */
  waitingShare: z.number().optional(),
  /** The exported model.onnx. */
  model: z.string(),
  steps: count,
  /** The step whose weights were exported: best on validation. */
  bestStep: count,
  /** Images by use; absent in what an older version has written. */
  images: z.object({ labelled: count, unlabelled: count, validation: count, test: count }).optional(),
  /** Largest difference of a class probability between the training graph and the exported file. */
  exportDifference: z.number().nullable(),
})

export const evaluateResultSchema = z.object({
  job: z.literal('evaluate'),
  accuracy,
  images: count,
  /** Images that could not be read. */
  skipped: count,
  classes: z.array(z.object({ name: z.string(), images: count, correct: count })),
  seconds: z.number(),
})

export const predictResultSchema = z.object({
  job: z.literal('predict'),
  predictions: z.array(
    z.object({
      image: z.string(),
      /** Classes by falling probability, at most five; empty if the file could not be read. */
      classes: z.array(z.object({ name: z.string(), probability: z.number() })),
      /** Why there is no prediction. */
      problem: z.string().optional(),
    }),
  ),
  images: count,
  unreadable: count,
  /** Images by their most probable class. */
  classes: z.array(z.object({ name: z.string(), images: count })),
  seconds: z.number(),
})

export const featuresResultSchema = z.object({
  job: z.literal('features'),
  /** Images with features, and of those: computed anew. */
  images: count,
  computed: count,
  unreadable: count,
  seconds: z.number(),
})

export const similarResultSchema = z.object({
  job: z.literal('similar'),
  /** By falling similarity: cosine of the features, their mean taken off. */
  images: z.array(z.object({ id: z.int(), similarity: z.number().min(-1).max(1) })),
  /** There are features of the image itself. */
  known: z.boolean(),
  /** Images that were looked through. */
  compared: count,
})

export const probeResultSchema = z.object({
  job: z.literal('probe'),
  /** E.g. `onnxruntime cpu, 2 threads`. */
  name: z.string(),
  /** Largest relative difference of a trained weight from the expected one. */
  difference: z.number(),
  /** Of what the speed was measured on. */
  step: stepFacts,
  imagesPerSecond: z.number(),
  /** Operators of what was measured that the device leaves to the processor. */
  onProcessor: z.array(z.string()),
})

export const settingSchema = z.object({
  name: z.string(),
  type: z.enum(['integer', 'number', 'boolean', 'choice', 'numbers', 'text']),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.number()), z.null()]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string()).optional(),
  help: z.string(),
})

export const methodsResultSchema = z.object({
  job: z.literal('methods'),
  methods: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      citation: z.string(),
      /** Learns from unlabelled images too. */
      unlabelled: z.boolean(),
      settings: z.array(settingSchema),
    }),
  ),
  /** Settings of the training loop: they hold for every method. */
  training: z.array(settingSchema),
})

const port = z.object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.string(), z.number()])).readonly() })

export const inspectResultSchema = z.object({
  job: z.literal('inspect'),
  file: z.string(),
  /** `safetensors` and `pytorch`: weights alone. The rest tells of the network that they belong to. */
  format: z.enum(['onnx', 'safetensors', 'pytorch']),
  /** What weights alone were recognised as, e.g. `ResNet-50`; null for ONNX files. */
  architecture: z.string().nullable(),
  /** Tensors of the file that the network does not need: heads, counters. */
  leftOut: z.array(z.string()).readonly(),
  /** Of the file and its external data together. */
  bytes: count,
  /** Of the file; where there is external data, of all the files' names and contents. */
  sha256: z.string(),
  /** External data, relative to the file's folder. */
  dataFiles: z.array(z.string()).readonly(),
  inputs: z.array(port).readonly(),
  outputs: z.array(port).readonly(),
  /** How often each operator occurs. */
  operators: z.record(z.string(), count),
  /** Numbers in all weights. */
  parameters: count,
  trainable: z.boolean(),
  /** `all`: it can be trained; `frozen`: new layers on its features can, it stays as it is; `none`: neither. */
  use: z.enum(['all', 'frozen', 'none']),
  /** Why it cannot be trained; empty if it can. */
  problems: z.array(z.string()).readonly(),
  opset: count,
  producer: z.string(),
  /** What the file says of itself. */
  metadata: z.record(z.string(), z.string()),
  /** How the pixels of its images were probably normalised, and why so: the file says it; it normalises by itself, from 0..1, from 0..255
   * or otherwise; who made it usually does it so; nothing tells. Null if there is no use for it. */
  pixels: z
    .object({
      normalize: z.enum(['imagenet', 'symmetric', 'unit']).nullable(),
      reason: z.enum(['said', 'inside', 'inside-bytes', 'inside-other', 'tensorflow', 'usual']),
    })
    .nullable(),
  /** What training makes of it; null if it cannot. */
  backbone: z
    .object({
      /** Height and width, pixels; 224 where the file takes any size. */
      imageSize: z.tuple([count, count]).readonly(),
      /** Value of the file that new layers stand on, and its width. */
      feature: z.string(),
      width: count,
      /** Classes of its own; null where it ends with the feature. */
      classes: count.nullable(),
      /** Multiply-accumulates for one image. */
      macs: count,
      /** Parts that `depth` counts from the end. */
      stages: z.array(z.object({ label: z.string(), parameters: count })).readonly(),
    })
    .nullable(),
})

export const convertResultSchema = z.object({
  job: z.literal('convert'),
  /** E.g. `ResNet-50`. */
  architecture: z.string(),
  /** The file that was written. */
  file: z.string(),
})

export const demoResultSchema = z.object({
  job: z.literal('demo'),
  images: z.string(),
  runs: z.array(z.object({ method: z.string(), testAccuracy: accuracy, seconds: z.number(), model: z.string() })),
})

export const sampleResultSchema = z.object({
  job: z.literal('sample'),
  images: count,
  labelled: count,
})

export const scanResultSchema = z.object({
  job: z.literal('scan'),
  images: count,
  skipped: count,
  seconds: z.number(),
})

export const checkResultSchema = z.object({
  job: z.literal('check'),
  /** Why it cannot start; `field` as in a run's configuration. */
  problems: z.array(z.object({ field: z.string(), message: z.string() })),
  phases: z.array(z.object({ title: z.string(), steps: count })),
  imageSize: count,
  /** Images a step. */
  batch: z.object({ labelled: count, unlabelled: count }),
  /** Bytes that the largest phase takes, roughly; null where problems keep it from being known. */
  memory: count.nullable(),
})

export const estimateResultSchema = z.object({
  job: z.literal('estimate'),
  seconds: z.number(),
  /** Bytes: of this process at its peak, or what the graph needs on a device with memory of its own. */
  memory: count,
  /** Bytes of the machine; null for a device with memory of its own, of which it is not known. */
  freeMemory: count.nullable(),
  /** Labelled images a step with which it fits into the free memory, at most; null where no batch does, or that is not known. */
  largestBatch: count.nullable(),
  phases: z.array(z.object({ title: z.string(), steps: count, seconds: z.number() })),
  cachingSeconds: z.number(),
})

export const jobResultSchema = z.discriminatedUnion('job', [
  trainResultSchema,
  evaluateResultSchema,
  predictResultSchema,
  methodsResultSchema,
  inspectResultSchema,
  convertResultSchema,
  demoResultSchema,
  sampleResultSchema,
  scanResultSchema,
  checkResultSchema,
  estimateResultSchema,
  featuresResultSchema,
  similarResultSchema,
  probeResultSchema,
])

export type JobResult = z.infer<typeof jobResultSchema>
export type ResultOf<Name extends JobResult['job']> = Extract<JobResult, { job: Name }>
export type Setting = z.infer<typeof settingSchema>
