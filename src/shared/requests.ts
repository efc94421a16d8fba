// What the engine can be asked for: one schema a job. The command line and the services send the same requests.
import { z } from 'zod'
import { stepFacts } from './step-facts.ts'

const path = (expected: string): z.ZodString => z.string().min(1).describe(expected)
const runFolder = path('the output folder of a training run, or a model.onnx')
const imageFolder = path('a folder of images')

const trainFields = z.strictObject({
  job: z.literal('train'),
  /** Folder of images: class/, split/class/, flat with a CSV, or CUB-200-2011; or a manifest (`manifest.ts`). */
  images: imageFolder,
  /** ONNX file of the pre-trained network. */
  backbone: path('an ONNX file'),
  /** The engine knows which there are. */
  method: z.string().min(1).describe('a method, e.g. self-tuning or fine-tuning'),
  /** Labels used per class. At most one of the two; neither = all labels. */
  labelsPerClass: z.int().min(1).optional(),
  /** Share of the training images whose labels are used. */
  labelProportion: z.number().gt(0).max(1).optional(),
  /** Training steps in all; the budget decides if absent. */
  steps: z.int().min(1).optional(),
  /** Edge of the square that the network sees, pixels. */
  imageSize: z.int().min(16).max(1024).optional(),
  /** What the backbone expects; absent = what its file says, else imagenet. */
  normalize: z.enum(['imagenet', 'symmetric', 'unit']).optional(),
  /** Labelled images a step, and as many unlabelled ones. Batch statistics need two. */
  batch: z.int().min(2).max(4096).optional(),
  /** What is trained: the new layers only, the last N stages of the backbone too, or everything. */
  depth: z.union([z.enum(['head', 'all']), z.int().min(1).max(64)]).optional(),
  budget: z.enum(['quick', 'standard', 'thorough']).optional(),
  /** Settings of the method and of the training loop by name, as text or typed; the engine knows and checks them. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])).default({}),
  seed: z.int().min(0).max(0xffffffff).default(0),
  threads: z.int().min(1).max(256).optional(),
  /** What to compute on; the processor if absent. */
  device: z.string().min(1).describe('a device').optional(),
  /** Where it goes on, in this order, if that device fails. */
  fallbacks: z.array(z.string().min(1).describe('a device')).optional(),
  /** Go on from the checkpoint in `out`. */
  resume: z.boolean().default(false),
  /** With `resume`: train no more, make the checkpoint's best weights the model. */
  finish: z.boolean().default(false),
  /** Folder for the model, the run's record, metrics and checkpoints. */
  out: path('a folder to write to'),
})

export const trainRequestSchema = trainFields.refine(
  (request) => request.labelsPerClass === undefined || request.labelProportion === undefined,
  {
    path: ['labelsPerClass'],
    error: 'no labelProportion beside it',
  },
)

export const evaluateRequestSchema = z.strictObject({
  job: z.literal('evaluate'),
  model: runFolder,
  images: imageFolder,
})

/** Whether a run could start as it is told to: settings, backbone, memory. Reads no image. */
export const checkRequestSchema = trainFields
  .omit({ job: true, images: true, labelsPerClass: true, labelProportion: true, resume: true, finish: true, out: true })
  .extend({
    job: z.literal('check'),
    classes: z.int().min(2),
    /** Training images without a label that it may see. */
    unlabelled: z.int().min(0),
  })

/** Time and memory of a run, from a few steps of each phase. */
export const estimateRequestSchema = trainFields.omit({ job: true, resume: true, finish: true, out: true }).extend({
  job: z.literal('estimate'),
})

const threads = z.int().min(1).max(256)

/** Images by name, in a list, or in a folder with all below it. Of a list or a folder the predictions go to a file as they come. */
export const predictRequestSchema = z
  .strictObject({
    job: z.literal('predict'),
    model: runFolder,
    images: z.array(path('an image')).min(1).describe('one image or more').optional(),
    /** Lines of JSON, `{ id, file }` with an absolute path. */
    list: path('a file of images').optional(),
    folder: imageFolder.optional(),
    /** Lines of JSON (`predictionLine`) in the order of the list. Whole lines that are there already are taken as done. */
    results: path('a file to write').optional(),
    /** Classes that a prediction lists at most; five if absent. */
    top: z.int().min(1).max(100_000).optional(),
    /** Decode at full size, as whoever uses the model elsewhere does; else large images are reduced while they are decoded. */
    full: z.boolean().optional(),
    threads: threads.optional(),
  })
  .refine((request) => (request.images ? !request.list && !request.folder : !request.list !== !request.folder), {
    path: ['images'],
    error: 'one image or more',
  })

/** Features of images by a backbone, and what follows from them: the classes of the nearest labelled images, and which images are unlike all others. */
export const featuresRequestSchema = z.strictObject({
  job: z.literal('features'),
  backbone: path('an ONNX file'),
  /** Of its content: features are kept by it. */
  backboneHash: z.string().min(1).describe('a hash'),
  normalize: z.enum(['imagenet', 'symmetric', 'unit']).optional(),
  /** Lines of JSON, `listedImage`. */
  list: path('a file of images'),
  /** Lines of JSON, `neighbourLine`; images that cannot be read are left out. */
  results: path('a file to write'),
  /** Folder of features; the user's cache if absent. */
  cache: path('a folder').optional(),
  threads: threads.optional(),
})

/** Images that look most like one, by features as `features` keeps them. */
export const similarRequestSchema = z.strictObject({
  job: z.literal('similar'),
  backbone: path('an ONNX file'),
  /** Of its content: features are kept by it. */
  backboneHash: z.string().min(1).describe('a hash'),
  normalize: z.enum(['imagenet', 'symmetric', 'unit']).optional(),
  /** What others are compared with; without a hash of its content the file is read for it. */
  image: z.strictObject({ file: path('an image'), hash: z.string().nullable() }),
  /** Lines of JSON, `listedImage`: those that are looked through. */
  list: path('a file of images'),
  count: z.int().min(1).max(1000),
  /** Features that are computed at most where they are not there, beside those of the image itself; absent = what is there must do, its own too. */
  compute: z.int().min(0).optional(),
  /** Folder of features; the user's cache if absent. */
  cache: path('a folder').optional(),
  threads: threads.optional(),
})

/** Tries a device: the numbers of a training step against expected ones, then its speed. */
export const probeRequestSchema = z.strictObject({
  job: z.literal('probe'),
  device: z.string().min(1).describe('a device'),
  threads: threads.optional(),
  /** The network that its speed is measured on; a small one if absent. */
  backbone: path('an ONNX file').optional(),
  /** What a step of that comes to on the processor: the device has to agree. Not compared if absent. */
  processor: stepFacts.optional(),
})

export const methodsRequestSchema = z.strictObject({ job: z.literal('methods') })

export const inspectRequestSchema = z.strictObject({ job: z.literal('inspect'), file: path('an ONNX file') })

/** Makes an ONNX file of a network whose weights alone are stored. */
export const convertRequestSchema = z.strictObject({
  job: z.literal('convert'),
  /** safetensors, or what torch.save writes. */
  file: path('a file of weights'),
  out: path('an ONNX file to write'),
})

/** Draws sample images, trains both methods on them and compares. */
export const demoRequestSchema = z.strictObject({
  job: z.literal('demo'),
  backbone: path('an ONNX file'),
  out: path('a folder to write to'),
})

/** Draws the sample images, most of them without their class. */
export const sampleRequestSchema = z.strictObject({
  job: z.literal('sample'),
  /** Gets the images and a table of the labels that are given. */
  images: path('a folder to write to'),
})

/** Reads names, sizes and headers of a folder's images, and labels where the folder tells them. */
export const scanRequestSchema = z.strictObject({
  job: z.literal('scan'),
  folder: imageFolder,
  /** Lines of JSON, `[path, bytes, modifiedAt]`: files with the same size and time are not read again. */
  known: path('a file of known files').optional(),
  /** Folders inside it that are left out, absolute. */
  except: z.array(path('a folder')).default([]),
  labels: z.boolean().default(true),
  /** That read files. */
  threads: z.int().min(1).max(64).default(2),
})

export const jobRequestSchema = z.discriminatedUnion('job', [
  trainRequestSchema,
  evaluateRequestSchema,
  predictRequestSchema,
  methodsRequestSchema,
  inspectRequestSchema,
  convertRequestSchema,
  demoRequestSchema,
  sampleRequestSchema,
  scanRequestSchema,
  checkRequestSchema,
  estimateRequestSchema,
  featuresRequestSchema,
  similarRequestSchema,
  probeRequestSchema,
])

export type JobRequest = z.infer<typeof jobRequestSchema>
export type JobName = JobRequest['job']
export type RequestOf<Name extends JobName> = Extract<JobRequest, { job: Name }>
export type TrainRequest = RequestOf<'train'>
