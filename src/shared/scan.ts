// What a scan of a folder tells on its way, in this order: `scan`, `gone`, `skipped`, `files`; the lists in pieces.
import { z } from 'zod'

const count = z.int().min(0)
const split = z.enum(['train', 'validation', 'test']).nullable()
/** Relative to the folder, forward slashes. */
const path = z.string()

/** A file that has not changed since it was read: path, class and split. */
const sameFile = z.object({ path, class: z.string().nullable(), split })

const readFile = sameFile.extend({
  bytes: count,
  /** Milliseconds since 1970. */
  modifiedAt: z.int(),
  /** SHA-256 of the content, hex; null where it could not be read to the end. */
  hash: z.string().nullable(),
  /** E.g. `jpeg`; empty where it is none that is known. */
  format: z.string(),
  /** Upright, pixels; 0 where unknown. */
  width: count,
  height: count,
  /** Why it cannot be used. */
  problem: z.string().nullable(),
})

/** What the folder is, once all names have been read. */
export const scanEventSchema = z.object({
  event: z.literal('scan'),
  /** What the folders mean, e.g. `split-class-folders`; `none` where labels were not asked for. */
  layout: z.string(),
  /** In the layout's order. */
  classes: z.array(z.string()),
  images: count,
  bytes: count,
})

/** Known files that are not there any more. */
export const goneEventSchema = z.object({ event: z.literal('gone'), paths: z.array(path) })

export const skippedEventSchema = z.object({ event: z.literal('skipped'), files: z.array(z.object({ path, reason: z.string() })) })

export const filesEventSchema = z.object({ event: z.literal('files'), same: z.array(sameFile), read: z.array(readFile) })

/** A line of the file that `known` names. */
export const knownFileSchema = z.tuple([path, count, z.int()])

export type ScanEvent = z.infer<typeof scanEventSchema>
export type ReadFile = z.infer<typeof readFile>
export type SameFile = z.infer<typeof sameFile>
