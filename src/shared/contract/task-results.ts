// What each kind of task has to tell when it is done.
import { z } from 'zod'
import { count, projectId } from './domain.ts'

const seconds = z.number().min(0)

/** Of an import or a rescan. */
export const importReport = z.object({
  kind: z.enum(['import', 'rescan']),
  folder: z.string(),
  /** What the folders meant, e.g. `split-class-folders`. */
  layout: z.string(),
  found: count,
  added: count,
  /** Known content under another name: its label came along. */
  moved: count,
  changed: count,
  missing: count,
  unreadable: count,
  /** Further files with the same content as another. */
  duplicates: count,
  /** Files that are no images. */
  skipped: count,
  classes: count,
  labelled: count,
  formats: z.record(z.string(), count),
  bytes: count,
  /** Pixels: smallest and largest short side. */
  shortSide: z.object({ smallest: count, largest: count }).nullable(),
  seconds,
})

/** Largest difference of a class probability between training and the exported file, on so many images. */
export const parity = z.object({ images: count, largestDifference: z.number(), sameClass: count }).nullable()

export const taskResult = z.discriminatedUnion('kind', [
  importReport,
  z.object({ kind: z.literal('sample'), project: projectId, folder: z.string(), images: count, labelled: count, seconds }),
  z.object({ kind: z.literal('near-duplicates'), images: count, groups: count, seconds }),
  z.object({
    kind: z.literal('import-labels'),
    labelled: count,
    unchanged: count,
    newClasses: z.array(z.string()),
    /** Lines that name no image of the project: file, line and what they name. */
    unknown: z.array(z.string()),
    unknownCount: count,
  }),
  /** `missing`: images left out because their files are not there. */
  z.object({ kind: z.literal('export-labels'), path: z.string(), images: count, missing: count }),
  z.object({ kind: z.literal('suggest'), source: z.enum(['model', 'neighbours']), images: count, seconds }),
  z.object({
    kind: z.literal('estimate'),
    /** Of the whole run, from a few measured steps. */
    seconds,
    /** Peak resident memory, bytes, beside what is free now. A device with memory of its own does not say what is free there, null:
     * `memory` is then what the run's graph needs of it. */
    memory: count,
    freeMemory: count.nullable(),
    /** Labelled images a step with which it would fit, at most; null where no batch does, or what is free is not known. */
    largestBatch: count.nullable(),
    phases: z.array(z.object({ title: z.string(), steps: count, seconds })),
    /** Of which: caching views, once for all runs on the same images. */
    cachingSeconds: seconds,
  }),
  z.object({
    kind: z.literal('predict'),
    images: count,
    unreadable: count,
    /** The CSV, if one was asked for. */
    file: z.string().nullable(),
    classes: z.array(z.object({ name: z.string(), images: count })),
    seconds,
  }),
  z.object({
    kind: z.literal('export'),
    folder: z.string(),
    files: z.array(z.object({ path: z.string(), bytes: count })),
    parity,
  }),
  z.object({ kind: z.literal('probe-devices'), devices: count }),
  z.object({ kind: z.literal('setup-tensorflow'), version: z.string(), bytes: count, seconds }),
  /** `backbone`: its id. */
  z.object({ kind: z.literal('download-backbone'), backbone: z.string(), bytes: count, seconds }),
])

export type TaskResult = z.infer<typeof taskResult>
export type ImportReport = z.infer<typeof importReport>
