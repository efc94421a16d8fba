// Suggestions: what the unlabelled images probably are, and which of them to label next.
import { z } from 'zod'
import { method, service } from './define.ts'
import { classId, count, imageFilter, imageId, inProject, projectId, runId, share, time } from './domain.ts'
import { imageRow } from './images.ts'
import { started } from './tasks.ts'

/** `model`: the latest finished run; `neighbours`: labelled images that are nearest in a backbone's features. */
const source = z.enum(['model', 'neighbours'])

export const suggestions = service({
  methods: {
    status: method(
      inProject,
      z.object({
        source: source.nullable(),
        run: runId.nullable(),
        computedAt: time.nullable(),
        /** Images with a suggestion. */
        images: count,
        /** Labels or models have changed since. */
        stale: z.boolean(),
      }),
    ),
    /** @param source absent = the model if there is one, else neighbours
     * @param backbone for neighbours: id of a backbone; absent = the one of the latest run or the first of the list */
    compute: method(inProject.extend({ source: source.optional(), backbone: z.string().optional() }), started),
    /** Most useful first: different from one another while labels are few, then those that the model is least sure of. */
    next: method(
      inProject.extend({ count: z.int().min(1).max(1000).default(1), after: imageId.optional() }),
      z.object({ images: z.array(imageRow), reason: z.enum(['diverse', 'uncertain', 'path']) }),
    ),
    /** How many there are above a confidence, class by class. */
    count: method(
      inProject.extend({ confidence: share, filter: imageFilter.default({}) }),
      z.object({ images: count, classes: z.array(z.object({ class: classId, images: count })) }),
    ),
    /** Labels unlabelled images as suggested: those named, or all above a confidence. One action, one undo. */
    accept: method(
      inProject.extend({
        images: z.array(imageId).min(1).max(100_000).optional(),
        confidence: share.default(0),
        filter: imageFilter.default({}),
      }),
      z.object({ images: count, revision: count }),
    ),
  },
  events: { changed: z.object({ project: projectId }) },
})
