// Predictions: what a trained model says of images that need not belong to the project.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, count, imageId, inProject, page, projectId, runId, share, taskId } from './domain.ts'
import { similarImage } from './images.ts'
import { started } from './tasks.ts'

/** Images of the project by id, files, or a folder with all below it. */
const subject = z.union([
  z.strictObject({ images: z.array(imageId).min(1).max(100_000) }),
  z.strictObject({ files: z.array(absolutePath).min(1).max(100_000) }),
  z.strictObject({ folder: absolutePath }),
])

/** As in the file of results, or by the largest probability; where that is equal, as in the file. Files without a prediction come last. */
export const predictionOrder = z.enum(['file', 'uncertain', 'confident'])

const prediction = z.object({
  /** Its place in the task, and in the address of its picture. */
  index: count,
  file: z.string(),
  image: imageId.nullable(),
  /** By falling probability. */
  classes: z.array(z.object({ name: z.string(), probability: share })),
  /** Why there is none. */
  problem: z.string().nullable(),
})

export const predictions = service({
  methods: {
    /** @param run absent = the latest with a model
     * @param csv a file to write besides; never overwritten */
    predict: method(
      inProject.extend({ run: runId.optional(), subject, top: z.int().min(1).max(100).default(5), csv: absolutePath.optional() }),
      started,
    ),
    /** Of a task, as far as it has come: until it has ended, pages of another order than the file's move. Kept until the project is closed.
     * @param from largest probability at least; 0 = all @param below largest probability less than; 1 = all
     * @param class the most probable class @param problem only files without a prediction, or only those with one */
    list: method(
      inProject.extend({
        task: taskId,
        from: share.default(0),
        below: share.default(1),
        class: z.string().optional(),
        problem: z.boolean().optional(),
        order: predictionOrder.default('file'),
        ...page,
      }),
      z.object({ predictions: z.array(prediction), total: count }),
    ),
    /** How many there are so far, on both sides of a probability; classes by falling number of images. */
    counts: method(
      inProject.extend({ task: taskId, below: share }),
      z.object({ below: count, others: count, problems: count, classes: z.array(z.object({ name: z.string(), images: count })) }),
    ),
    /** Labelled images of the project that are nearest to a predicted one, by the features of the run's backbone. @param index that of the prediction */
    nearest: method(
      inProject.extend({ task: taskId, index: count, count: z.int().min(1).max(100).default(8) }),
      z.object({ images: z.array(similarImage) }),
    ),
  },
  events: { changed: z.object({ project: projectId, task: taskId, done: count }) },
})

export type PredictionOrder = z.infer<typeof predictionOrder>
