// The projects that are open: one database each, from opening to closing, whatever happens to their folders.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Project } from '../../../shared/contract/projects.ts'
import { AppError } from '../../../shared/errors.ts'
import { removeTemporaries } from '../../../node/files.ts'
import { keepDailyCopy } from '../../storage/backups.ts'
import { Database, goneError } from '../../storage/database.ts'
import type { EventHub } from '../../transport/event-hub.ts'
import { discard, systemTrash } from '../../trash.ts'
import type { Trash } from '../../trash.ts'
import type { Log, OpenProject, OpenProjects } from '../context.ts'
import { ChangeEvents } from './change-events.ts'
import { describe, newFacts, readFacts, revisionOf, touch, writeFacts, writeName } from './facts.ts'
import { databaseName, holdsProject, makeProject, makeSubfolders, notAProject, realFolder, subfolders, usualName } from './folder.ts'
import { bringOwnSources } from './own-sources.ts'
import { Turns } from './turns.ts'

export interface RegistryOptions {
  readonly events: EventHub
  readonly log: Log
  readonly trash?: Trash
  /** Milliseconds between two looks at whether the projects' folders are still there. */
  readonly lookEvery?: number
}

type Reason = 'closed' | 'deleted' | 'folder-gone'

interface Entry {
  readonly project: OpenProject
  readonly changes: ChangeEvents
  /** Its folder has gone, and it is being closed. */
  gone: boolean
}

/** Milliseconds between two looks at whether a copy of the day is due. */
const copyEvery = 10 * 60 * 1000

export class ProjectRegistry implements OpenProjects {
  readonly #events: EventHub
  readonly #log: Log
  readonly #trash: Trash
  readonly #entries = new Map<string, Entry>()
  /** Opening, closing and whatever exchanges files: one after the other in each folder. */
  readonly #turns = new Turns()
  readonly #opened: ((project: OpenProject) => void)[] = []
  readonly #closing: ((project: OpenProject) => Promise<void>)[] = []
  readonly #timers: NodeJS.Timeout[]

  constructor({ events, log, trash = systemTrash, lookEvery = 2000 }: RegistryOptions) {
    this.#events = events
    this.#log = log
    this.#trash = trash
    this.#timers = [
      setInterval(() => this.#look(), lookEvery).unref(),
      setInterval(() => void Promise.all(this.all().map((project) => this.#copy(project))), copyEvery).unref(),
    ]
  }

  /** @throws AppError 'not-found' where no open project has the id, or naming the folder where it has gone: the project is closed then. */
  get(id: string): OpenProject {
    const entry = this.#entries.get(id)
    if (!entry) throw new AppError('not-found', `project ${id}: expected an open project, found none of that id`)
    if (this.#isGone(entry)) throw goneError(entry.project.folder)
    return entry.project
  }

  all(): readonly OpenProject[] {
    return [...this.#entries.values()].filter(({ gone }) => !gone).map(({ project }) => project)
  }

  /** How an open project is now. */
  describe({ db, folder }: OpenProject): Project {
    return describe(db, folder)
  }

  onOpened(hook: (project: OpenProject) => void): void {
    this.#opened.push(hook)
  }

  onClosing(hook: (project: OpenProject) => Promise<void>): void {
    this.#closing.push(hook)
  }

  /** Makes a project in a new or empty folder and opens it.
   * @throws AppError 'bad-data' naming what else is there, 'no-access', 'disk-full'; nothing is left behind then */
  async create(folder: string, name: string = usualName(folder)): Promise<OpenProject> {
    await this.#turns.take(folder, () => makeProject(folder, (db) => writeFacts(db, newFacts(name))))
    return this.open(folder)
  }

  /** Opens a project, or answers the open one.
   * @throws AppError 'not-found', 'in-use', 'bad-data', 'newer-version', 'no-access', 'disk-full' */
  async open(folder: string): Promise<OpenProject> {
    const real = await realFolder(folder)
    return this.#turns.take(real, async () => {
      const open = this.#at(real)
      if (open) return open.project
      if (!(await holdsProject(real))) throw notAProject(folder)
      const db = new Database(join(real, databaseName))
      try {
        await makeSubfolders(real)
        await this.#clear(real)
        return this.#enter(db, real)
      } catch (error) {
        db.close()
        throw error
      }
    })
  }

  /** Ends what uses the project first. A project that is not open stays so. */
  async close(id: string, reason: Reason = 'closed'): Promise<void> {
    const folder = this.#entries.get(id)?.project.folder
    if (folder === undefined) return
    await this.#turns.take(folder, async () => {
      if (await this.#end(folder)) this.#events.emit('projects.closed', { project: id, folder, reason })
    })
  }

  rename(id: string, name: string): OpenProject {
    const project = this.get(id)
    project.db.transaction(() => writeName(project.db, name))
    this.#entries.get(id)?.changes.flush()
    return project
  }

  /** Closes the project and moves its folder to the trash. @throws AppError 'no-access'; it is closed then, and its folder where it was */
  async delete(id: string): Promise<void> {
    const { folder } = this.get(id)
    await this.#turns.take(folder, async () => {
      await this.#end(folder)
      let reason: Reason = 'closed'
      try {
        await discard(folder, this.#trash, this.#log)
        reason = 'deleted'
      } finally {
        this.#events.emit('projects.closed', { project: id, folder, reason })
      }
    })
  }

  /** Does something with a project's folder while nobody opens or closes it. */
  inTurn<T>(folder: string, work: (open: OpenProject | null) => Promise<T>): Promise<T> {
    return this.#turns.take(folder, () => work(this.inFolder(folder)))
  }

  /** As `inTurn`, with the project closed. */
  whileClosed<T>(folder: string, work: () => Promise<T>): Promise<T> {
    return this.inTurn(folder, async (open) => {
      if (open && (await this.#end(folder))) this.#events.emit('projects.closed', { project: open.id, folder, reason: 'closed' })
      return work()
    })
  }

  async closeAll(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all([...this.#entries.keys()].map((id) => this.close(id)))
  }

  /** The open project in a folder. */
  inFolder(folder: string): OpenProject | null {
    return this.#at(folder)?.project ?? null
  }

  #at(folder: string): Entry | undefined {
    return [...this.#entries.values()].find(({ project }) => project.folder === folder)
  }

  #enter(db: Database, folder: string): OpenProject {
    const facts = readFacts(db, folder)
    // A copy of an open project's folder: from now on a project of its own.
    const id = this.#entries.has(facts.id) ? randomUUID() : facts.id
    if (id !== facts.id) db.transaction(() => writeFacts(db, { ...facts, id }))
    bringOwnSources({ db, folder })
    const changes = new ChangeEvents(
      () => describe(db, folder),
      (project) => this.#events.emit('projects.changed', { project }),
      (error) => this.#log.error(`${folder}: its changes cannot be announced`, error),
    )
    const touchNow = (): number => {
      changes.changed()
      return touch(db)
    }
    const project: OpenProject = { id, folder, db, touch: touchNow }
    this.#entries.set(id, { project, changes, gone: false })
    for (const hook of this.#opened) {
      try {
        hook(project)
      } catch (error) {
        this.#log.error(`${folder}: something failed after it was opened`, error)
      }
    }
    return project
  }

  /** Of what its last owner, who was killed, left half-written. */
  async #clear(folder: string): Promise<void> {
    try {
      for (const name of subfolders) await removeTemporaries(join(folder, name))
    } catch (error) {
      this.#log.error(`${folder}: something half-written stays`, error)
    }
  }

  /** @returns whether there was something to end */
  async #end(folder: string): Promise<boolean> {
    const entry = this.#at(folder)
    if (!entry) return false
    const { project, changes } = entry
    const ends = await Promise.allSettled(this.#closing.map(async (hook) => hook(project)))
    for (const end of ends) if (end.status === 'rejected') this.#log.error(`${folder}: something failed while it was closed`, end.reason)
    if (!entry.gone) await this.#copy(project)
    await project.db.settled()
    changes.end()
    this.#entries.delete(project.id)
    try {
      project.db.close()
    } catch (error) {
      this.#log.error(`${folder}: its database did not close well`, error)
    }
    return true
  }

  /** The copy of the day, of projects in which something has happened. */
  async #copy({ db, folder }: OpenProject): Promise<void> {
    try {
      if (revisionOf(db) > 0) await keepDailyCopy(db.file, (to) => db.copyTo(to))
    } catch (error) {
      this.#log.error(`${folder}: today's copy of its database could not be made`, error)
    }
  }

  #look(): void {
    for (const entry of this.#entries.values()) this.#isGone(entry)
  }

  #isGone(entry: Entry): boolean {
    if (entry.gone) return true
    if (entry.project.db.present) return false
    entry.gone = true
    this.#log.warn(`${entry.project.folder}: the project's folder has gone; the project is closed`)
    void this.close(entry.project.id, 'folder-gone')
    return true
  }
}
