// Backbones: pre-trained networks to start from.
import { z } from 'zod'
import { inspectResultSchema } from '../results.ts'
import { method, service } from './define.ts'
import { absolutePath, count, nothing, taskId, time } from './domain.ts'
import { started } from './tasks.ts'

const normalize = z.enum(['imagenet', 'symmetric', 'unit'])
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Terms of use: SPDX identifier, and where they are read. */
const licence = z.object({ id: z.string(), address: z.url({ protocol: /^https$/ }) })

export const backbone = z.object({
  id: z.string(),
  name: z.string(),
  file: z.string(),
  bytes: count,
  sha256: z.string(),
  normalize: normalize.nullable(),
  parameters: count,
  /** Its file is there. */
  available: z.boolean(),
  addedAt: time,
  /** What was found when it was added; null for those of an older version. */
  facts: z
    .object({
      /** `frozen`: only new layers on its features can be trained. */
      use: z.enum(['all', 'frozen']),
      /** Height and width of its images, pixels. */
      imageSize: z.tuple([count, count]),
      /** Width of its features. */
      width: count,
      /** Parts that can be trained one after another. */
      stages: count,
      /** Multiply-accumulates for one image. */
      macs: count,
      /** Classes of its own. */
      classes: count.nullable(),
      /** Where only weights were given: what they were recognised as. */
      architecture: z.string().nullable(),
    })
    .nullable()
    .default(null),
  /** Of one that was downloaded: the catalogue's entry, who published it, and on which terms. */
  origin: z.object({ entry: z.string(), publisher: z.string(), licence }).nullable().default(null),
})

/** A well-known network that can be downloaded. */
export const catalogueEntry = z.object({
  id: z.string(),
  name: z.string(),
  publisher: z.string(),
  address: z.url(),
  bytes: count,
  sha256,
  licence,
  normalize,
  parameters: count,
  /** Edge of the square that it was trained on, pixels. */
  imageSize: count,
  /** Where its publisher tells size and hash. */
  record: z.url({ protocol: /^https$/ }),
  /** The backbone that it has become, if it is there. */
  backbone: z.string().nullable(),
  /** The task that downloads it now. */
  task: taskId.nullable(),
  /** What an earlier attempt has left. */
  partialBytes: count,
})

export const backbones = service({
  methods: {
    /** The starter, which comes with the application, first. */
    list: method(nothing, z.object({ backbones: z.array(backbone) })),
    /** What a file is, without taking it in: ONNX, or the weights of a ResNet (safetensors, torch.save). */
    inspect: method(z.strictObject({ file: absolutePath }), inspectResultSchema.omit({ job: true })),
    /** Copies a file into the application's own folder; weights become an ONNX file there. @throws 'bad-model' or 'unsupported' with the reason. */
    add: method(
      z.strictObject({
        file: absolutePath,
        name: z.string().trim().min(1).max(200).optional(),
        normalize: normalize.optional(),
      }),
      backbone,
    ),
    /** @throws 'bad-option' for the starter */
    remove: method(z.strictObject({ id: z.string() }), nothing),
    /** Networks that can be downloaded, smallest first. Asks nobody. */
    catalogue: method(nothing, z.object({ entries: z.array(catalogueEntry) })),
    /** Downloads one and adds it; goes on with what an earlier attempt has left. The same while it is under way is the same task.
     * @param licence the entry's, which whoever asks has read
     * @throws 'not-found', 'bad-option' for another licence, 'conflict' where it is there; the task: 'unreachable', 'bad-model', 'disk-full' */
    download: method(z.strictObject({ entry: z.string(), licence: z.string() }), started),
    /** Throws away what an attempt has left. @throws 'in-use' while it is under way */
    discard: method(z.strictObject({ entry: z.string() }), nothing),
  },
  events: { changed: z.object({ backbones: z.array(backbone) }) },
})

export type Backbone = z.infer<typeof backbone>
export type CatalogueEntry = z.infer<typeof catalogueEntry>
