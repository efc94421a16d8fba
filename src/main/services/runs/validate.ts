// What keeps a run from starting, in words, and what is worth knowing before it does.
import { totalmem } from 'node:os'
import type { RunConfig } from '../../../shared/contract/runs.ts'
import { isFolder } from '../../../node/files.ts'
import { freeMemory, hasOwnMemory } from '../../../node/memory.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ResultOf } from '../../../shared/results.ts'
import { findBackbone } from '../backbones/index.ts'
import type { Studio } from '../context.ts'
import { deviceFor } from '../devices/index.ts'
import type { Checks } from './checks.ts'
import type { ImageTable } from './image-table.ts'
import { planImages } from './plan.ts'
import type { Plan } from './plan.ts'

interface Problem {
  readonly field: string | null
  readonly message: string
}

export interface Validation {
  readonly problems: Problem[]
  readonly warnings: Problem[]
  readonly plan: Plan | null
  /** File of the backbone, where there is one. */
  readonly backbone: string | null
}

export async function validateRun(
  studio: Studio,
  checks: Checks,
  table: ImageTable,
  config: RunConfig,
  signal: AbortSignal,
): Promise<Validation> {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const note = (list: Problem[], field: string | null, message: string): void => void list.push({ field, message })

  const planned = planImages(table, config)
  const plan = 'problem' in planned ? null : planned
  if ('problem' in planned) note(problems, null, planned.problem)
  for (const folder of await missingFolders(table)) note(problems, null, `${folder}: expected the project's images, found no such folder`)

  const failed =
    (field: string) =>
    (error: unknown): null => {
      if (!(error instanceof AppError)) throw error
      note(problems, field, error.message)
      return null
    }
  const place = await deviceFor(studio, config).catch(failed('device'))
  const backbone = await findBackbone(studio, config.backbone).catch(failed('backbone'))
  if (backbone) {
    const { backbone: _id, labels: _labels, device: _device, ...settings } = config
    const check = await checks.check(
      {
        job: 'check',
        ...settings,
        ...normalizeOf(config, backbone),
        backbone: backbone.file,
        classes: Math.max(2, plan?.labels.length ?? 2),
        unlabelled: plan?.counts.unlabelled ?? 1,
      },
      backbone.sha256,
      signal,
    )
    problems.push(...check.problems)
    if (!hasOwnMemory(place?.device)) noteMemory(check, (message, isProblem) => note(isProblem ? problems : warnings, null, message))
    if (plan) noteBatches(check, plan, (message) => note(warnings, 'batch', message))
  }
  noteImages(table, plan, (message) => note(warnings, null, message))
  return { problems, warnings, plan, backbone: backbone?.file ?? null }
}

/** What the run says, or what is known of the backbone. */
export function normalizeOf(config: RunConfig, backbone: { normalize: RunConfig['normalize'] | null }): Pick<RunConfig, 'normalize'> {
  const normalize = config.normalize ?? backbone.normalize
  return normalize ? { normalize } : {}
}

async function missingFolders({ sources, images }: ImageTable): Promise<string[]> {
  const used = new Set(images.map(({ source }) => source))
  const folders = sources.filter((_, index) => used.has(index)).map(({ folder }) => folder)
  const there = await Promise.all(folders.map(isFolder))
  return folders.filter((_, index) => !there[index])
}

function noteMemory({ memory }: ResultOf<'check'>, note: (message: string, isProblem: boolean) => void): void {
  if (memory === null) return
  const [needed, free, total] = [memory, freeMemory(), totalmem()].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GB`)
  if (memory > totalmem()) note(`memory: expected about ${needed}, found ${total} in this machine; a smaller batch or image size needs less`, true)
  else if (memory > freeMemory()) note(`memory: training needs about ${needed}, of which ${free} are free now`, false)
}

function noteBatches({ batch }: ResultOf<'check'>, { counts }: Plan, note: (message: string) => void): void {
  for (const half of ['labelled', 'unlabelled'] as const)
    if (counts[half] > 0 && batch[half] > counts[half])
      note(`a step takes ${batch[half]} ${half} images, more than the ${counts[half]} there are: some come twice in a step`)
}

function noteImages(table: ImageTable, plan: Plan | null, note: (message: string) => void): void {
  const { missing, unreadable, changed, classes } = table
  if (missing > 0) note(`${missing} images are missing and left out`)
  if (unreadable > 0) note(`${unreadable} images cannot be read and are left out`)
  if (changed > 0) note(`${changed} labelled images have changed since they were labelled`)
  if (!plan) return
  const unused = classes.filter(({ id }) => !plan.labels.some((entry) => entry.class === id)).map(({ name }) => name)
  if (unused.length > 0) note(`classes without labels, which the model will not know: ${unused.join(', ')}`)
  if (plan.counts.unlabelled === 0) note('all images are labelled: there are no unlabelled ones to learn from')
  if (plan.counts.test === 0) note('no images are set apart for testing: how good the model is will be known from validation alone')
}
