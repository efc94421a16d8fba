// Splits: which images a run trains on, validates on, tests on; and which labels it may see.
import { z } from 'zod'
import { method, service } from './define.ts'
import { classId, count, inProject, projectId, selection, share, split } from './domain.ts'

const counts = z.object({ train: count, validation: count, test: count, none: count })
const overview = z.object({
  /** All images, and those with a label. */
  images: counts,
  labelled: counts,
  classes: z.array(z.object({ class: classId, labelled: counts })),
})

/** Labels that a run uses of those there are: all, a share, or a number per class. */
export const labelBudget = z.union([
  z.strictObject({ proportion: z.number().gt(0).max(1) }).describe('{ proportion } above 0, up to 1'),
  z.strictObject({ perClass: z.int().min(1) }).describe('{ perClass } of at least 1'),
])

export const splits = service({
  methods: {
    get: method(inProject, overview),
    assign: method(inProject.extend({ selection, split: split.nullable() }), z.object({ images: count, revision: count })),
    /** Draws validation and test from the labelled images, class by class, seeded; images with the same content stay together.
     * `keep`: splits that are set stay. */
    draw: method(
      inProject.extend({ validation: share.default(0.2), test: share.default(0), keep: z.boolean().default(true), seed: count.default(0) }),
      overview,
    ),
    /** The labels that a budget means, per class. Nested: of two budgets with one seed, the smaller's labels are among the larger's. */
    subset: method(
      inProject.extend({ budget: labelBudget, seed: count.default(0) }),
      z.object({ classes: z.array(z.object({ class: classId, labels: count, of: count })), labels: count, of: count }),
    ),
  },
  events: { changed: z.object({ project: projectId, revision: count }) },
})
