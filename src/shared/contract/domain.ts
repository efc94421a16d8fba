// Values that several services speak of.
import { z } from 'zod'

export const count = z.int().min(0)
/** Times are ISO 8601 in UTC. */
export const time = z.iso.datetime()
export const share = z.number().min(0).max(1)

export const projectId = z.uuid().describe('the id of a project')
export const imageId = z.int().min(1).describe('the id of an image')
export const classId = z.int().min(1).describe('the id of a class')
export const runId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .describe('the id of a run')
export const taskId = z.uuid().describe('the id of a task')
export const absolutePath = z.string().min(1).max(4096).describe('an absolute path')
export const split = z.enum(['train', 'validation', 'test'])

/** For methods about one project. */
export const inProject = z.strictObject({ project: projectId })
export const nothing = z.strictObject({})

/** A part of a long list. */
export const page = { offset: count.default(0), limit: z.int().min(1).max(10_000).default(200) }

/** Where an image stands with its file: `changed` = other content than when its label was given. */
export const fileState = z.enum(['present', 'missing', 'changed', 'unreadable'])

/** Images that a filter leaves; conditions are joined by "and", an absent one holds for all. */
export const imageFilter = z.strictObject({
  /** Labelled with one of these classes. */
  classes: z.array(classId).max(10_000).optional(),
  labelled: z.boolean().optional(),
  split: split.nullable().optional(),
  state: fileState.optional(),
  /** Part of the path, upper and lower case alike. */
  text: z.string().max(500).optional(),
  /** With a suggestion, and with one of these classes. */
  suggested: z.boolean().optional(),
  suggestedClasses: z.array(classId).max(10_000).optional(),
  /** The suggestion's confidence. */
  confidence: z.strictObject({ from: share.default(0), to: share.default(1) }).optional(),
  /** Labelled otherwise than suggested. */
  disagreement: z.boolean().optional(),
  /** In a group of files with the same content. */
  duplicate: z.boolean().optional(),
})

export const imageOrder = z.enum(['path', 'path-descending', 'newest', 'oldest', 'useful', 'confident', 'uncertain', 'recently-labelled'])

/** Images by id, or all that a filter leaves. */
export const selection = z.union([
  z.strictObject({ images: z.array(imageId).min(1).max(100_000) }),
  z.strictObject({ filter: imageFilter }),
])

export type ImageFilter = z.output<typeof imageFilter>
export type ImageOrder = z.infer<typeof imageOrder>
export type Selection = z.output<typeof selection>
export type Split = z.infer<typeof split>
export type FileState = z.infer<typeof fileState>
