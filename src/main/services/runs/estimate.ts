// How long a run would take and how much memory it needs: a task that lets the engine try a few steps.
import { join } from 'node:path'
import { writeFileAtomic } from '../../../node/files.ts'
import type { RunConfig } from '../../../shared/contract/runs.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { manifestFileName } from '../../../shared/manifest.ts'
import { findBackbone } from '../backbones/index.ts'
import type { Studio } from '../context.ts'
import type { Place } from '../devices/index.ts'
import { withScratch } from '../predictions/scratch.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { manifestLines } from './plan.ts'
import type { Plan } from './plan.ts'
import { normalizeOf } from './validate.ts'

export async function estimateRun(
  studio: Studio,
  config: RunConfig,
  plan: Plan,
  place: Place,
  task: TaskContext,
): Promise<TaskResult> {
  return withScratch(async (folder) => {
    const images = join(folder, manifestFileName)
    await writeFileAtomic(images, manifestLines(plan))
    const backbone = await findBackbone(studio, config.backbone)
    const { labels: _labels, device: _device, ...settings } = config
    const { job: _job, ...result } = await studio.engine.run<'estimate'>(
      { job: 'estimate', ...settings, ...normalizeOf(config, backbone), images, backbone: backbone.file, ...place },
      {
        priority: 'foreground',
        subject: 'estimating a run',
        signal: task.signal,
        onEvent: (event) => {
          if (event.event === 'progress') task.progress({ task: event.task, done: event.done, total: event.total, unit: event.unit ?? 'parts' })
        },
      },
    )
    return { kind: 'estimate', ...result }
  })
}
