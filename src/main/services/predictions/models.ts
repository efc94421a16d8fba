// Which of a project's runs has the model that is asked for, and which classes it knows.
import { join } from 'node:path'
import type { Run } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../context.ts'
import { readHeader } from '../runs/files.ts'
import { runFolder, RunStore } from '../runs/store.ts'

export interface TrainedRun {
  readonly run: Run
  readonly folder: string
  readonly model: string
}

/** The run that ended last and has a model; null where there is none. */
export function latestModel(project: OpenProject): TrainedRun | null {
  const [latest] = new RunStore(project)
    .list()
    .filter(({ hasModel, endedAt }) => hasModel && endedAt !== null)
    .sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1))
  return latest ? trained(project, latest) : null
}

/** @param id absent = the latest. @throws AppError 'not-found' for an unknown run, 'conflict' where there is no model yet */
export function requireModel(project: OpenProject, id?: string): TrainedRun {
  if (id === undefined) {
    const latest = latestModel(project)
    if (!latest) throw new AppError('conflict', 'expected a finished run with a model, found none; train one first')
    return latest
  }
  const run = new RunStore(project).get(id)
  if (!run.hasModel) throw new AppError('conflict', `run ${run.name}: expected a model, found none (it is ${run.state})`)
  return trained(project, run)
}

/** Ids of the classes that a run was trained on, by the names that they had then; empty where its list of images is not there any more. */
export async function classesOfRun({ folder }: TrainedRun): Promise<ReadonlyMap<string, number>> {
  // Without it, names of today must do.
  const header = await readHeader(folder).catch(() => null)
  return new Map(header?.classes.map(({ id, name }) => [name, id]))
}

function trained(project: OpenProject, run: Run): TrainedRun {
  const folder = runFolder(project, run.id)
  return { run, folder, model: join(folder, 'model.onnx') }
}
