// Exports: a run's model as files to take away.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, inProject, nothing, projectId, runId } from './domain.ts'
import { started } from './tasks.ts'

const format = z.object({
  id: z.string(),
  title: z.string(),
  /** Where it runs. */
  help: z.string(),
  /** Why it cannot be made here; null where it can. */
  problem: z.string().nullable(),
})

export const modelExports = service({
  methods: {
    formats: method(nothing, z.object({ formats: z.array(format) })),
    /** Model, card and sample code in a new folder: `to`, or one below the project's `exports/`. The files are run again and compared. */
    export: method(inProject.extend({ run: runId, format: z.string().default('onnx'), to: absolutePath.optional() }), started),
    list: method(
      inProject,
      z.object({ exports: z.array(z.object({ folder: z.string(), run: runId, format: z.string(), at: z.iso.datetime() })) }),
    ),
  },
  events: { changed: z.object({ project: projectId }) },
})
