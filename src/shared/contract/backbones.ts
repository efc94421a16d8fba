// Backbones: pre-trained networks to start from.
import { z } from 'zod'
import { inspectResultSchema } from '../results.ts'
import { method, service } from './define.ts'
import { absolutePath, count, nothing, time } from './domain.ts'

export const backbone = z.object({
  id: z.string(),
  name: z.string(),
  file: z.string(),
  bytes: count,
  sha256: z.string(),
  normalize: z.enum(['imagenet', 'symmetric', 'unit']).nullable(),
  parameters: count,
  /** Its file is there. */
  available: z.boolean(),
  addedAt: time,
})

export const backbones = service({
  methods: {
    /** The starter, which comes with the application, first. */
    list: method(nothing, z.object({ backbones: z.array(backbone) })),
    /** What a file is, without taking it in. */
    inspect: method(z.strictObject({ file: absolutePath }), inspectResultSchema.omit({ job: true })),
    /** Copies a file into the application's own folder. @throws 'bad-model' or 'unsupported' with the reason. */
    add: method(
      z.strictObject({
        file: absolutePath,
        name: z.string().trim().min(1).max(200).optional(),
        normalize: z.enum(['imagenet', 'symmetric', 'unit']).optional(),
      }),
      backbone,
    ),
    /** @throws 'bad-option' for the starter */
    remove: method(z.strictObject({ id: z.string() }), nothing),
  },
  events: { changed: z.object({ backbones: z.array(backbone) }) },
})

export type Backbone = z.infer<typeof backbone>
