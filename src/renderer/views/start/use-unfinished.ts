// The project that is made before its images are there: where they do not come, the next attempt goes on with it, or it is removed.
import { useApi } from '../../api/platform.ts'
import { useNotices } from '../../stores/notices.ts'
import type { Project } from '../../../shared/contract/projects.ts'
import { AppError } from '../../../shared/errors.ts'

export interface Unfinished {
  /** The one of the last attempt, if that was to be in this folder; else a new one. */
  project(folder: string, name: string): Promise<Project>
  /** It is whole: nothing is unfinished any more. */
  keep(): void
  /** To the trash with it, if there is one. */
  remove(): Promise<void>
}

export function useUnfinished(): Unfinished {
  const api = useApi()
  const notices = useNotices()
  let made: { readonly folder: string; readonly project: Project } | null = null

  const remove = async (): Promise<void> => {
    const unwanted = made
    made = null
    if (unwanted)
      await api.projects.delete({ project: unwanted.project.id }).catch((error: unknown) => notices.report(AppError.from(error)))
  }
  const project = async (folder: string, name: string): Promise<Project> => {
    if (made?.folder !== folder) {
      await remove()
      made = { folder, project: await api.projects.create({ folder, name }) }
    } else if (made.project.name !== name) made = { folder, project: await api.projects.rename({ project: made.project.id, name }) }
    return made.project
  }
  return { project, keep: () => (made = null), remove }
}
