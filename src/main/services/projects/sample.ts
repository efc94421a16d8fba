// Task `sample`: a project of butterflies to try everything with. There wholly or not at all.
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fileError } from '../../../node/file-error.ts'
import { besideOf, makeFolder } from '../../../node/files.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import { JsonFile } from '../../json-file.ts'
import type { OpenProject, Studio } from '../context.ts'
import { Scans } from '../images/import.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { holdsProject } from './folder.ts'
import { freeFolder } from './propose.ts'
import type { ProjectRegistry } from './registry.ts'

const name = 'Sample butterflies'
const made = z.object({ folder: z.string() }).nullable()

export type SampleStudio = Studio & { readonly projects: ProjectRegistry }

export class SampleProject {
  readonly #studio: SampleStudio
  /** What was made last. */
  readonly #file: JsonFile<z.infer<typeof made>>

  constructor(studio: SampleStudio) {
    this.#studio = studio
    this.#file = new JsonFile(join(studio.dataFolder, 'sample.json'), made, null, studio.log)
  }

  /** Opens the one that there is, or makes one.
   * @param opened told of the project when it is whole */
  async make(context: TaskContext, opened: (project: OpenProject) => Promise<void>): Promise<TaskResult> {
    const start = performance.now()
    const before = await this.#file.read()
    const there = before !== null && (await holdsProject(before.folder))
    const project = there ? await this.#studio.projects.open(before.folder) : await this.#draw(context)
    await opened(project)
    const { images, labelled } = this.#studio.projects.describe(project)
    return { kind: 'sample', project: project.id, folder: project.folder, images, labelled, seconds: (performance.now() - start) / 1000 }
  }

  async #draw(context: TaskContext): Promise<OpenProject> {
    const { projects, projectsFolder, engine, log } = this.#studio
    const { signal } = context
    await makeFolder(projectsFolder)
    const folder = await freeFolder(projectsFolder, name)
    const temporary = besideOf(folder)
    const drawn = join(temporary, 'images')
    let project: OpenProject | null = null
    try {
      await mkdir(temporary)
      await engine.run<'sample'>(
        { job: 'sample', images: drawn },
        {
          priority: 'foreground',
          subject: 'drawing a sample',
          signal,
          onEvent: (event) => {
            if (event.event !== 'progress') return
            context.progress({ task: event.task, done: event.done, total: event.total, unit: event.unit ?? 'images' })
          },
        },
      )
      project = await projects.create(folder, name)
      const images = join(project.folder, 'images')
      await rename(drawn, images)
      await new Scans(this.#studio).importNow(project, images, true, context)
      if (signal.aborted) throw new AppError('stopped', 'stopped while the sample was made')
      await this.#file.update(() => ({ folder: projects.get(project?.id ?? '').folder }))
      return project
    } catch (error) {
      if (project) {
        await projects.close(project.id)
        // Made here and seen by nobody: not for the trash.
        await rm(folder, { recursive: true, force: true }).catch((failure: unknown) => log.error(`${folder}: cannot be removed`, failure))
      }
      throw fileError(error, 'write', folder) ?? error
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch((failure: unknown) =>
        log.error(`${temporary}: cannot be removed`, failure),
      )
    }
  }
}
