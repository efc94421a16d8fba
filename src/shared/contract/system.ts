// The application itself.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, count, nothing, time } from './domain.ts'

export const settings = z.strictObject({
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  /** Key combinations by the action they stand for, where they differ from the defaults. */
  shortcuts: z.record(z.string(), z.string()),
  /** What the window does when it is closed while a model trains: asks, goes on without a window, or pauses and quits. */
  whenClosing: z.enum(['ask', 'background', 'pause']),
  /** The window asks for newer releases, once a day. */
  checkForUpdates: z.boolean(),
  /** The guided tour: the interface begins it by itself where it is wanted, and then it has been seen. */
  tour: z.enum(['unseen', 'wanted', 'seen']),
})

const entry = z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'project', 'file']), images: count.nullable() })

const storedFeatures = z.object({ folder: z.string(), bytes: count })

export const system = service({
  methods: {
    version: method(nothing, z.object({ version: z.string(), node: z.string(), platform: z.string(), dataFolder: z.string() })),
    health: method(
      nothing,
      z.object({
        startedAt: time,
        /** Bytes. */
        memory: z.object({ used: count, free: count, total: count }),
        /** What the engine is doing. */
        engine: z.object({ state: z.enum(['idle', 'busy']), subject: z.string().nullable(), lastHeartbeat: time.nullable() }),
        projects: count,
      }),
    ),
    log: method(z.strictObject({ lines: z.int().min(1).max(10_000).default(200) }), z.object({ lines: z.array(z.string()) })),
    settings: method(nothing, settings),
    updateSettings: method(settings.partial(), settings),
    /** Folders to choose from where there is no native dialog; inside the allowed roots only. @param folder absent = the roots */
    browse: method(
      z.strictObject({ folder: absolutePath.optional() }),
      z.object({ folder: z.string().nullable(), parent: z.string().nullable(), entries: z.array(entry) }),
    ),
    /** Makes a folder to put something in; inside the allowed roots only. */
    makeFolder: method(z.strictObject({ parent: absolutePath, name: z.string().trim().min(1).max(200) }), z.object({ folder: z.string() })),
    /** Shows a folder in the file manager of the machine that the services run on; projects, what they have written, and the allowed roots only. */
    openFolder: method(z.strictObject({ folder: absolutePath }), nothing),
    /** Features of images that are kept for the next run, of all projects. Bytes. */
    storedFeatures: method(nothing, storedFeatures),
    /** Deletes them; what needs some computes them anew. A run under way keeps those that it has open. */
    deleteStoredFeatures: method(nothing, storedFeatures),
  },
  events: { settingsChanged: settings },
})

export type Settings = z.infer<typeof settings>

/** Until a person has changed something, and until a page has read what they have changed. */
export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  density: 'comfortable',
  shortcuts: {},
  whenClosing: 'ask',
  checkForUpdates: false,
  tour: 'unseen',
}
