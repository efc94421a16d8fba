// Projects: folders that hold labels, runs and exports; the images stay where they are.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, count, imageId, inProject, nothing, projectId, time } from './domain.ts'
import { started } from './tasks.ts'

export const project = z.object({
  id: projectId,
  name: z.string(),
  /** The project's folder. */
  folder: z.string(),
  createdAt: time,
  images: count,
  labelled: count,
  classes: count,
  /** Grows with every change of images, classes, labels or splits: what was read at one revision is still true at the same. */
  revision: count,
})

export const recentProject = z.object({
  folder: z.string(),
  name: z.string(),
  openedAt: time,
  images: count,
  labelled: count,
  /** Its folder is there and holds a project. */
  available: z.boolean(),
  /** Set while it is open: some of its images, to show. */
  opened: z.object({ id: projectId, samples: z.array(imageId) }).nullable(),
})

const name = z.string().trim().min(1).max(200).describe('a name of 1 to 200 characters')

export const backup = z.object({ file: z.string(), at: time, bytes: count, version: count })

export const projects = service({
  methods: {
    /** Makes a project in an empty or new folder. @throws 'bad-data' where the folder holds something else. */
    create: method(z.strictObject({ folder: absolutePath, name: name.optional() }), project),
    /** Where a project of a folder's images would go: a free folder among the user's projects; and the one there is of them already.
     * `isProject`: the folder of images is itself a project's, by whatever path it was named.
     * @param images folder of images; absent = an empty project */
    propose: method(
      z.strictObject({ images: absolutePath.optional(), name: name.optional() }),
      z.object({ folder: z.string(), name: z.string(), existing: z.string().nullable(), isProject: z.boolean() }),
    ),
    /** Draws the sample images and makes a project of them with some labels. */
    sample: method(nothing, started),
    /** Opens one, or answers the open one. @throws 'not-found', 'in-use', 'bad-data' (damaged; see check and repair), 'newer-version'. */
    open: method(z.strictObject({ folder: absolutePath }), project),
    /** Runs of the project are paused first. */
    close: method(inProject, nothing),
    get: method(inProject, project),
    /** The open ones. */
    list: method(nothing, z.object({ projects: z.array(project) })),
    /** Latest first. */
    recent: method(nothing, z.object({ projects: z.array(recentProject) })),
    /** Takes a project off the list of recent ones; its folder stays. */
    forget: method(z.strictObject({ folder: absolutePath }), nothing),
    rename: method(inProject.extend({ name }), project),
    /** Moves the project's folder to the system's trash; images that lie elsewhere stay. */
    delete: method(inProject, nothing),
    /** Whether a project's database is whole, and what it could be restored from. The project need not be open. */
    check: method(
      z.strictObject({ folder: absolutePath }),
      z.object({ whole: z.boolean(), problems: z.array(z.string()), backups: z.array(backup) }),
    ),
    /** Rebuilds a damaged database from what can be read, or goes back to a backup. The damaged file is kept beside it. */
    repair: method(z.strictObject({ folder: absolutePath, backup: z.string().optional() }), project),
  },
  events: {
    changed: z.object({ project }),
    closed: z.object({ project: projectId, folder: z.string(), reason: z.enum(['closed', 'deleted', 'folder-gone']) }),
  },
})

export type Project = z.infer<typeof project>
