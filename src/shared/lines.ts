// Lines of the files by which long lists go to and from the engine: never through messages.
import { z } from 'zod'

/** A prediction; `id` as in the list, null where images have none. */
export const predictionLine = z.object({
  id: z.int().nullable(),
  file: z.string(),
  /** By falling probability. */
  classes: z.array(z.object({ name: z.string(), probability: z.number().min(0).max(1) })),
  /** Why there is none. */
  problem: z.string().nullable(),
})

/** An image of which features are wanted. */
export const listedImage = z.object({
  id: z.int(),
  file: z.string(),
  /** Of the content: features are kept by it. */
  hash: z.string(),
  /** Its label's class. */
  class: z.int().nullable(),
})

/** What features tell of an image. */
export const neighbourLine = z.object({
  id: z.int(),
  /** Classes by falling confidence, after the labelled images that are most like it (itself left out); empty where nothing is labelled. */
  classes: z.array(z.tuple([z.int(), z.number().min(0).max(1)])),
  /** Larger = label it earlier: 1 to 2 for the first ones in an order in which each is as unlike all before it as can be, below 1 for the others. */
  usefulness: z.number(),
})

export type PredictionLine = z.infer<typeof predictionLine>
export type ListedImage = z.infer<typeof listedImage>
export type NeighbourLine = z.infer<typeof neighbourLine>
