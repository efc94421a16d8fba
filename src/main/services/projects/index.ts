// Service `projects`.
import { join } from 'node:path'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Project } from '../../../shared/contract/projects.ts'
import { listBackups } from '../../storage/backups.ts'
import type { OpenProject } from '../context.ts'
import { samples, sourceFolders } from './facts.ts'
import { databaseName, holdsProject, notAProject, realFolder } from './folder.ts'
import { propose } from './propose.ts'
import { RecentProjects } from './recent.ts'
import { check, repair } from './repair.ts'
import { SampleProject } from './sample.ts'
import type { SampleStudio } from './sample.ts'

export function projects(studio: SampleStudio): Handlers['projects'] {
  const { projects: registry, dataFolder, projectsFolder, log } = studio
  const recent = new RecentProjects(dataFolder, log)
  const sample = new SampleProject(studio)
  const noted = (project: OpenProject): Project & { sources: string[] } => ({
    ...registry.describe(project),
    sources: sourceFolders(project.db),
  })
  registry.onClosing(async (project) => {
    // As it was left, for the list to show. A folder that has gone takes its numbers along.
    if (project.db.present) await recent.note(noted(project))
  })

  const project = (id: string): Project => registry.describe(registry.get(id))
  const opened = (one: OpenProject): Promise<void> => recent.note(noted(one), new Date().toISOString())
  const open = async (folder: string): Promise<Project> => {
    const one = await registry.open(folder)
    await opened(one)
    return registry.describe(one)
  }
  /** Open ones first, then the latest. */
  const projectOf = async (images: string): Promise<string | null> => {
    const found = registry.all().find(({ db }) => sourceFolders(db).includes(images))
    if (found) return found.folder
    for (const { folder, sources } of await recent.list())
      if (sources?.includes(images) && !registry.inFolder(folder) && (await holdsProject(folder))) return folder
    return null
  }

  return {
    create: async ({ folder, name }) => open((await registry.create(folder, name)).folder),
    propose: ({ images, name }) => propose(projectsFolder, images, name, projectOf),
    sample: () => {
      const drawing = studio.tasks.list().find(({ kind, endedAt }) => kind === 'sample' && endedAt === null)
      if (drawing) return { task: drawing.id }
      return studio.tasks.start({ kind: 'sample', project: null, subject: 'sample' }, (context) => sample.make(context, opened))
    },
    open: ({ folder }) => open(folder),
    close: async ({ project: id }) => {
      registry.get(id)
      await registry.close(id)
      return {}
    },
    get: ({ project: id }) => project(id),
    list: () => ({ projects: registry.all().map((each) => registry.describe(each)) }),
    recent: async () => {
      const entries = await recent.list()
      const projects = await Promise.all(
        entries.map(async ({ sources: _, ...entry }) => {
          const opened = registry.inFolder(entry.folder)
          if (!opened?.db.present) return { ...entry, available: await holdsProject(entry.folder), opened: null }
          const { name, images, labelled } = registry.describe(opened)
          return { ...entry, name, images, labelled, available: true, opened: { id: opened.id, samples: samples(opened.db) } }
        }),
      )
      return { projects }
    },
    forget: async ({ folder }) => {
      await recent.forget([folder, await realFolder(folder).catch(() => folder)])
      return {}
    },
    rename: async ({ project: id, name }) => {
      const renamed = registry.rename(id, name)
      await recent.note(noted(renamed))
      return registry.describe(renamed)
    },
    delete: async ({ project: id }) => {
      const { folder } = registry.get(id)
      await registry.delete(id)
      await recent.forget([folder])
      return {}
    },
    check: async ({ folder }) => {
      const real = await repairable(folder)
      return registry.inTurn(real, (opened) => check(real, opened?.db ?? null))
    },
    repair: async ({ folder, backup }) => {
      const real = await repairable(folder)
      await registry.whileClosed(real, () => repair(real, backup ?? null, log))
      return open(real)
    },
  }
}

/** A folder with a database, or at least with copies of one. */
async function repairable(folder: string): Promise<string> {
  const real = await realFolder(folder)
  if ((await holdsProject(real)) || (await listBackups(join(real, databaseName))).length > 0) return real
  throw notAProject(folder)
}
