// TensorFlow: another engine to train with, which is not part of the application and is brought here when a person wants it.
import { z } from 'zod'
import { method, service } from './define.ts'
import { count, nothing, taskId } from './domain.ts'
import { started } from './tasks.ts'

const sourceId = z.enum(['cpu', 'cuda', 'package'])

const status = z.object({
  folder: z.string(),
  installed: z.object({ version: z.string(), source: sourceId, graphicsCard: z.boolean(), bytes: count }).nullable(),
  /** Where it can be had from. Sizes in bytes, about. */
  sources: z.array(
    z.object({
      id: sourceId,
      version: z.string(),
      downloadBytes: count,
      diskBytes: count,
      licence: z.string(),
      /** Why it is not for this machine; null if it is. */
      obstacle: z.string().nullable(),
    }),
  ),
  /** The set-up that is under way. */
  task: taskId.nullable(),
})

export const tensorflow = service({
  methods: {
    status: method(nothing, status),
    /** Downloads and installs it, in place of what is there. A download that was whole is used again.
     * `licence`: the source's, which the user has agreed to. 'unsupported' says what is missing: Python, a compiler, a driver, another system. */
    install: method(z.strictObject({ source: sourceId, licence: z.string() }), started),
    /** 'in-use' while it is set up. Runs that compute with it go on to their end. */
    remove: method(nothing, status),
  },
  events: { changed: status },
})

export type TensorFlowStatus = z.infer<typeof status>
