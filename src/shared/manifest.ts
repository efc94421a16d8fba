// A run's images as the application decided on them when the run was started: a file of JSON lines, the first about all, then one an image.
// And the run's judgement of some of them, likewise.
import { z } from 'zod'

export const manifestFileName = 'manifest.ndjson'
export const evaluationFileName = 'evaluation.ndjson'

const count = z.int().min(0)

export const manifestHeaderSchema = z.object({
  manifest: z.literal(1),
  /** In the order of their indices; ids are the application's own. */
  classes: z.array(z.object({ id: count, name: z.string() })).min(1),
  /** Absolute folders. */
  roots: z.array(z.string()).min(1),
})

export const manifestImageSchema = z.object({
  /** The application's own. */
  id: count,
  /** Index of the folder that `path` is relative to. */
  root: count,
  /** Forward slashes. When the run was started: a run goes on under the same names. */
  path: z.string(),
  /** Where it lies below the root now, if that is another path. */
  at: z.string().optional(),
  bytes: count,
  /** Of the content; null where it could not be read. */
  hash: z.string().nullable(),
  /** Index of the class; null where it is unknown. */
  class: count.nullable(),
  split: z.enum(['train', 'validation', 'test']),
  /** Training may see the class. Else a known class only serves to judge pseudo-labels. */
  labelled: z.boolean(),
})

/** One image of the validation or test split, as the finished model sees it. */
export const judgedImageSchema = z.object({
  split: z.enum(['validation', 'test']),
  /** Of the manifest; null where the images come from a folder. */
  id: count.nullable(),
  path: z.string(),
  /** Indices of classes. */
  truth: count,
  predicted: count,
  /** Of the predicted class. */
  probability: z.number().min(0).max(1),
  /** Cross-entropy. */
  loss: z.number(),
})

export type ManifestHeader = z.infer<typeof manifestHeaderSchema>
export type ManifestImage = z.infer<typeof manifestImageSchema>
export type JudgedImage = z.infer<typeof judgedImageSchema>
