// What the window offers its page beside the services: the system's dialogs, and what the menu and the system wish of the page.
import { z } from 'zod'
import { method, service } from './contract/define.ts'
import type { ServiceApi, ServiceHandlers } from './contract/define.ts'
import { nothing, projectId, runId } from './contract/domain.ts'

/** `unknown`: the package names no repository to ask. */
export const updateState = z.union([
  z.object({ state: z.literal('unknown') }),
  z.object({ state: z.literal('current'), version: z.string() }),
  z.object({ state: z.literal('newer'), version: z.string(), page: z.string() }),
])

export const desktop = service({
  methods: {
    /** Asks for a path by the system's dialog; null = given up. @param endings of files, e.g. `.onnx` */
    choosePath: method(
      z.strictObject({
        title: z.string().max(200),
        accept: z.union([z.enum(['folder', 'project']), z.array(z.string().regex(/^\.\w{1,10}$/)).max(20)]),
      }),
      z.object({ path: z.string().nullable() }),
    ),
    /** Shows the application's log in its folder. */
    showLog: method(nothing, nothing),
    /** Whether this build names where its releases are, so that there is somebody to ask. Asks nobody itself. */
    releases: method(nothing, z.object({ known: z.boolean() })),
    /** Asks for the latest release, once, now; downloads nothing. @throws 'disconnected' */
    checkForUpdate: method(nothing, updateState),
    /** Shows the page of the newer release that the last check has found, in the browser. */
    showUpdate: method(nothing, nothing),
  },
  events: {},
})

export type DesktopApi = ServiceApi<typeof desktop>
export type DesktopHandlers = ServiceHandlers<typeof desktop>
export type UpdateState = z.infer<typeof updateState>

/** What a menu's entry or the system wishes of the page: a command by its name in the page's table, one of a few more by name, that a
 * folder is opened, of images or of a project, or that the results of a run are shown. */
export const wish = z.union([
  z.strictObject({ command: z.string().max(50) }),
  z.strictObject({ show: z.enum(['open-folder', 'open-project', 'licences']) }),
  z.strictObject({ open: z.string().max(4096) }),
  z.strictObject({ project: projectId, run: runId }),
])
export type Wish = z.infer<typeof wish>
