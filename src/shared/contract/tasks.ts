// Tasks: work that takes longer than a call. They go on when a page is closed, report progress, and can be cancelled.
import { z } from 'zod'
import { appErrorSchema } from '../errors.ts'
import { method, service } from './define.ts'
import { count, projectId, taskId, time } from './domain.ts'
import { taskResult } from './task-results.ts'

export const task = z.object({
  id: taskId,
  project: projectId.nullable(),
  kind: z.enum([
    'sample',
    'import',
    'rescan',
    'near-duplicates',
    'import-labels',
    'export-labels',
    'suggest',
    'estimate',
    'predict',
    'export',
    'probe-devices',
    'download-backbone',
    'setup-tensorflow',
  ]),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** What it is about, e.g. the folder that is imported. */
  subject: z.string(),
  progress: z
    .object({ task: z.string(), done: count, total: count.nullable(), unit: z.string(), remainingSeconds: z.number().nullable() })
    .nullable(),
  /** Set when done. */
  result: taskResult.nullable(),
  /** Set when failed. */
  error: appErrorSchema.nullable(),
  createdAt: time,
  endedAt: time.nullable(),
})

const one = z.strictObject({ task: taskId })

export const tasks = service({
  methods: {
    /** Those of the last hours too; newest first. */
    list: method(z.strictObject({ project: projectId.optional() }), z.object({ tasks: z.array(task) })),
    get: method(one, task),
    /** Answers when the task has ended, however it did. */
    wait: method(one, task),
    /** What it has done so far stays, in a whole state. Ended tasks stay as they are. */
    cancel: method(one, task),
  },
  events: { changed: z.object({ task }) },
})

/** The answer of methods that start a task. */
export const started = z.object({ task: taskId })
export type Task = z.infer<typeof task>
