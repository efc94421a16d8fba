// Service `projects`.
import { join } from 'node:path'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Project } from '../../../shared/contract/projects.ts'
import { listBackups } from '../../storage/backups.ts'
import type { Studio } from '../context.ts'
import { samples } from './facts.ts'
import { databaseName, holdsProject, notAProject, realFolder } from './folder.ts'
import { RecentProjects } from './recent.ts'
import type { ProjectRegistry } from './registry.ts'
import { check, repair } from './repair.ts'

export function projects({
  projects: registry,
  dataFolder,
  log,
}: Pick<Studio, 'dataFolder' | 'log'> & { projects: ProjectRegistry }): Handlers['projects'] {
  const recent = new RecentProjects(dataFolder, log)
  registry.onClosing(async (project) => {
    // As it was left, for the list to show. A folder that has gone takes its numbers along.
    if (project.db.present) await recent.note(registry.describe(project))
  })

  const project = (id: string): Project => registry.describe(registry.get(id))
  const open = async (folder: string): Promise<Project> => {
    const described = registry.describe(await registry.open(folder))
    await recent.note(described, new Date().toISOString())
    return described
  }

  return {
    create: async ({ folder, name }) => open((await registry.create(folder, name)).folder),
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
        entries.map(async (entry) => {
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
      const described = registry.describe(registry.rename(id, name))
      await recent.note(described)
      return described
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
