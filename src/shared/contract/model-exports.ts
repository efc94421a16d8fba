// Exports: a run's model as files to take away.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, count, inProject, nothing, projectId, runId, time } from './domain.ts'
import { parity } from './task-results.ts'
import { started } from './tasks.ts'

const format = z.object({
  id: z.string(),
  title: z.string(),
  /** Where it runs. */
  help: z.string(),
  /** Why it cannot be made here; null where it can. */
  problem: z.string().nullable(),
})

const exported = z.object({ folder: z.string(), run: runId, format: z.string(), at: time })

export const modelExports = service({
  methods: {
    formats: method(nothing, z.object({ formats: z.array(format) })),
    /** Model, card and sample code in a new folder: `to`, or one below the project's `exports/`. The files are run again and compared. */
    export: method(inProject.extend({ run: runId, format: z.string().default('onnx'), to: absolutePath.optional() }), started),
    /** What an export holds: to show it, and to copy from it. */
    read: method(
      inProject.extend({ folder: absolutePath }),
      exported.extend({
        files: z.array(z.object({ path: z.string(), bytes: count })),
        parity,
        /** Markdown. */
        card: z.string(),
        /** Code beside the model, and how to run it from that folder. */
        samples: z.array(z.object({ language: z.enum(['python', 'javascript', 'shell']), file: z.string().nullable(), text: z.string() })),
      }),
    ),
    list: method(inProject, z.object({ exports: z.array(exported) })),
  },
  events: { changed: z.object({ project: projectId }) },
})
