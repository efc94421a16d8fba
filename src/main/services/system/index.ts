// Service `system`.
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Handlers } from '../../../shared/contract/index.ts'
import { defaultSettings, settings as settingsSchema } from '../../../shared/contract/system.ts'
import type { Settings } from '../../../shared/contract/system.ts'
import { deleteFeatures, featureBytes, featureFolder } from '../../../node/feature-folder.ts'
import { JsonFile } from '../../json-file.ts'
import { version } from '../../version.ts'
import type { Studio } from '../context.ts'
import { rememberedExports } from '../exports/remembered.ts'
import { browse } from './browse.ts'
import { makeFolderInside, showFolder } from './folders.ts'

/** Settings that an older version does not know yet have their defaults. */
const stored = settingsSchema.partial().transform((found) => ({ ...defaultSettings, ...withoutUndefined(found) }))

export function system(
  studio: Pick<Studio, 'events' | 'projects' | 'engine' | 'dataFolder' | 'roots' | 'moreRoots' | 'log'>,
): Handlers['system'] {
  const startedAt = new Date().toISOString()
  const file = new JsonFile<Settings>(join(studio.dataFolder, 'settings.json'), stored, defaultSettings, studio.log)
  return {
    version: () => ({
      version: version(),
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      dataFolder: studio.dataFolder,
    }),
    health: () => ({
      startedAt,
      memory: { used: process.memoryUsage.rss(), free: freemem(), total: totalmem() },
      engine: studio.engine.status(),
      projects: studio.projects.all().length,
    }),
    log: ({ lines }) => ({ lines: studio.log.tail(lines) }),
    settings: () => file.read(),
    updateSettings: async (changes) => {
      const settings = await file.update((before) => ({ ...before, ...withoutUndefined(changes) }))
      studio.events.emit('system.settingsChanged', settings)
      return settings
    },
    browse: ({ folder }) => browse(studio, folder),
    makeFolder: async ({ parent, name }) => ({ folder: await makeFolderInside(studio, parent, name) }),
    openFolder: async ({ folder }) => {
      const projects = studio.projects.all()
      // An export may lie where nothing else of ours does.
      const exported = projects.flatMap((project) => rememberedExports(project).map((one) => one.folder))
      const roots = [...studio.roots, studio.dataFolder, ...projects.map((project) => project.folder), ...exported]
      await showFolder({ roots }, folder)
      return {}
    },
    storedFeatures,
    deleteStoredFeatures: async () => {
      await deleteFeatures(featureFolder())
      return storedFeatures()
    },
  }
}

async function storedFeatures(): Promise<{ folder: string; bytes: number }> {
  const folder = featureFolder()
  return { folder, bytes: await featureBytes(folder) }
}

/** A key that was given no value is a key that was not given. */
function withoutUndefined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>
  }
}
