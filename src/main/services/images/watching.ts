// Watches the sources of open projects where that is wanted, and scans a source again when something has changed in it.
import type { OpenProject, Studio } from '../context.ts'
import { FolderWatcher } from './folder-watcher.ts'
import type { Scans } from './import.ts'
import { ownFolders } from './scan-source.ts'

interface Source {
  readonly id: number
  readonly folder: string
}

export class Watching {
  readonly #studio: Studio
  readonly #scans: Scans
  readonly #watchers = new Map<OpenProject, Map<number, FolderWatcher>>()

  constructor(studio: Studio, scans: Scans) {
    this.#studio = studio
    this.#scans = scans
    studio.projects.onOpened((project) => {
      this.#start(project).catch((error: unknown) => studio.log.error(`watching the folders of ${project.folder}`, error))
    })
    studio.projects.onClosing((project) => {
      this.#stop(project)
      return Promise.resolve()
    })
  }

  /** All sources of a project, or none. */
  async set(project: OpenProject, on: boolean): Promise<void> {
    project.db.run('UPDATE sources SET watched = ?', on ? 1 : 0)
    if (on) await this.#start(project)
    else this.#stop(project)
  }

  /** After an import: a new source is watched where the others are. */
  async refresh(id: string): Promise<void> {
    const project = this.#studio.projects.all().find((each) => each.id === id)
    if (!project?.db.get('SELECT 1 FROM sources WHERE watched = 1')) return
    await this.set(project, true)
  }

  async #start(project: OpenProject): Promise<void> {
    const watchers = this.#watchers.get(project) ?? new Map<number, FolderWatcher>()
    this.#watchers.set(project, watchers)
    for (const source of project.db.all<Source>('SELECT id, folder FROM sources WHERE watched = 1')) {
      if (watchers.has(source.id)) continue
      const watcher = new FolderWatcher(source.folder, {
        except: ownFolders(project.folder, source.folder),
        onChange: () => this.#rescan(project, source),
        onError: (error) => this.#studio.log.error(`watching ${source.folder}`, error),
      })
      watchers.set(source.id, watcher)
      await watcher.start()
      // Stopped meanwhile: what comes after would go on watching for nobody.
      if (this.#watchers.get(project) !== watchers) return watcher.close()
    }
  }

  #stop(project: OpenProject): void {
    for (const watcher of this.#watchers.get(project)?.values() ?? []) watcher.close()
    this.#watchers.delete(project)
  }

  async #rescan(project: OpenProject, { id }: Source): Promise<void> {
    if (!project.db.get('SELECT 1 FROM sources WHERE id = ?', id)) return
    await this.#studio.tasks.wait(this.#scans.rescan(project, id).task)
  }
}
