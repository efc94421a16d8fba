// Runs that were cancelled and of whose best weights a model is still to be made: kept with the project, since it may be closed meanwhile.
import { z } from 'zod'
import { getJson, putJson } from '../../storage/values.ts'
import type { OpenProject } from '../context.ts'

const key = 'runs_to_finish'
const ids = z.array(z.string())

export function unfinishedRuns({ db }: OpenProject): string[] {
  return getJson(db, key, ids) ?? []
}

export function setUnfinished(project: OpenProject, run: string, isUnfinished: boolean): void {
  const others = unfinishedRuns(project).filter((id) => id !== run)
  putJson(project.db, key, isUnfinished ? [...others, run] : others)
}
