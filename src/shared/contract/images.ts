// Images of a project: found in folders, used in place, known by their content. Pixels go by their own route, not by calls.
import { z } from 'zod'
import { method, service } from './define.ts'
import {
  absolutePath,
  classId,
  count,
  fileState,
  imageFilter,
  imageId,
  imageOrder,
  inProject,
  page,
  projectId,
  selection,
  share,
  split,
  time,
} from './domain.ts'
import { importReport } from './task-results.ts'
import { started } from './tasks.ts'

const suggestion = z.object({ class: classId, confidence: share })

/** What a grid shows of an image. */
export const imageRow = z.object({
  id: imageId,
  /** Relative to its source folder, forward slashes. */
  path: z.string(),
  class: classId.nullable(),
  split: split.nullable(),
  state: fileState,
  suggestion: suggestion.nullable(),
  width: count,
  height: count,
  /** Part of the pixels' address: changes when the content does. */
  version: z.string(),
})

const source = z.object({
  id: z.int(),
  folder: z.string(),
  images: count,
  /** The folder is there. */
  available: z.boolean(),
  watched: z.boolean(),
  scannedAt: time.nullable(),
  /** Of the latest import or rescan that ended. */
  report: importReport.nullable(),
})

/** Cosine of the features, their mean over the compared images taken off. */
export const similarImage = z.object({ image: imageRow, similarity: z.number().min(-1).max(1) })

const group = z.object({ images: z.array(imageRow) })

export const images = service({
  methods: {
    /** Takes a folder's images into the project, labels and splits where the layout tells them. Again on the same folder = rescan. */
    import: method(inProject.extend({ folder: absolutePath, labels: z.boolean().default(true) }), started),
    rescan: method(inProject.extend({ source: z.int().optional() }), started),
    sources: method(inProject, z.object({ sources: z.array(source) })),
    /** Takes notice of files that come, go and change. */
    watch: method(inProject.extend({ on: z.boolean() }), z.object({ sources: z.array(source) })),
    /** A stable order: ties go by id. */
    list: method(
      inProject.extend({ filter: imageFilter.default({}), order: imageOrder.default('path'), ...page }),
      z.object({ images: z.array(imageRow), total: count, revision: count }),
    ),
    /** Ids alone, for selections in a grid; as many as there are. */
    ids: method(
      inProject.extend({ filter: imageFilter.default({}), order: imageOrder.default('path') }),
      z.object({ images: z.array(imageId), revision: count }),
    ),
    /** Rows of images by id, in that order; ids that the project does not know are left out. */
    rows: method(inProject.extend({ images: z.array(imageId).max(2000) }), z.object({ images: z.array(imageRow), revision: count })),
    get: method(
      inProject.extend({ image: imageId }),
      imageRow.extend({
        /** The whole path. */
        file: z.string(),
        bytes: count,
        format: z.string(),
        modifiedAt: time,
        addedAt: time,
        labelledAt: time.nullable(),
        /** Why it cannot be read. */
        problem: z.string().nullable(),
        /** Others with the same content. */
        duplicates: z.array(imageId),
        /** Classes by falling probability. */
        suggestions: z.array(suggestion),
      }),
    ),
    /** The images of files by their whole paths, in the same order; null where the project has none. */
    find: method(inProject.extend({ files: z.array(absolutePath).max(100_000) }), z.object({ images: z.array(imageId.nullable()) })),
    /** Images that look most like one, by the features of a backbone as far as they have been computed; the one itself is not among them.
     * @param labelled only images with a label */
    similar: method(
      inProject.extend({ image: imageId, count: z.int().min(1).max(100).default(12), labelled: z.boolean().default(false) }),
      z.object({ images: z.array(similarImage), computed: z.boolean() }),
    ),
    statistics: method(
      inProject,
      z.object({
        images: count,
        labelled: count,
        missing: count,
        unreadable: count,
        duplicates: count,
        bytes: count,
        formats: z.record(z.string(), count),
        /** Images by short side, pixels: upper limits of the bins and how many. */
        shortSides: z.array(z.object({ below: count, images: count })),
        classes: z.array(z.object({ class: classId, images: count })),
      }),
    ),
    /** Groups of files with the same content, or that look nearly alike (`findNearDuplicates` first); labelled images first in each, then by path. */
    duplicates: method(inProject.extend({ kind: z.enum(['same', 'near']), ...page }), z.object({ groups: z.array(group), total: count })),
    findNearDuplicates: method(inProject, started),
    /** Files that cannot be read, and why; files passed over in scanning too. */
    unreadable: method(
      inProject.extend(page),
      z.object({ files: z.array(z.object({ path: z.string(), reason: z.string(), image: imageId.nullable() })), total: count }),
    ),
    /** Takes images out of the project; their files stay. A rescan does not bring them back. */
    exclude: method(inProject.extend({ selection }), z.object({ images: count })),
    /** Brings excluded images back. */
    include: method(inProject, z.object({ images: count })),
  },
  events: {
    /** Rows came, went or changed: those named, or any where there are too many to name. */
    changed: z.object({
      project: projectId,
      revision: count,
      images: z.array(imageId).nullable(),
      /** Whether they came or went, e.g. by `exclude` and its undo; false where only their files are other ones. */
      membership: z.boolean(),
    }),
  },
})

export type ImageRow = z.infer<typeof imageRow>
