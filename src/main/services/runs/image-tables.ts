// The images of the project that a run is prepared for, kept a while: a form asks for them with every change.
import { revisionOf } from '../projects/facts.ts'
import type { OpenProject, OpenProjects } from '../context.ts'
import { readImageTable } from './image-table.ts'
import type { ImageTable } from './image-table.ts'

/** Milliseconds: some 50 MB for 100,000 images are not kept for nobody. */
const kept = 60_000

export class ImageTables {
  #latest: { readonly project: string; readonly revision: number; readonly table: Promise<ImageTable> } | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(projects: Pick<OpenProjects, 'onClosing'>) {
    projects.onClosing(({ id }) => {
      if (this.#latest?.project === id) this.#latest = null
      return Promise.resolve()
    })
  }

  /** The project's images as they are now; the same table as before where nothing has changed. Not to be changed. */
  read(project: OpenProject): Promise<ImageTable> {
    const revision = revisionOf(project.db)
    if (this.#latest?.project !== project.id || this.#latest.revision !== revision) {
      const table = readImageTable(project)
      const latest = { project: project.id, revision, table }
      this.#latest = latest
      table.catch(() => {
        if (this.#latest === latest) this.#latest = null
      })
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (this.#latest = null), kept).unref()
    return this.#latest.table
  }
}
