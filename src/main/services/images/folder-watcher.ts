// Notices that something has changed in a folder or below it, whatever it is; a burst of changes is one notice.
//
// Windows and macOS watch a whole tree at once. On Linux one watch a folder is taken: Node's own recursive watching and chokidar take one a
// file there, and 100,000 images would use up what the system allows a user.
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isAtOrBelow } from '../../../node/inside.ts'

export interface FolderWatcherOptions {
  /** Folders that do not count, absolute. */
  readonly except: readonly string[]
  /** Called again when more has changed since it was called, but not before it has answered. */
  readonly onChange: () => Promise<void>
  readonly onError: (error: unknown) => void
  /** Milliseconds without a change before the notice, and the longest wait where changes never cease. */
  readonly quiet?: number | undefined
  readonly longest?: number | undefined
  /** Milliseconds between looks for a folder that is not there. */
  readonly absence?: number | undefined
}

const isTreeWatched = process.platform === 'win32' || process.platform === 'darwin'

export class FolderWatcher {
  readonly #folder: string
  readonly #options: FolderWatcherOptions
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined
  /** When the first change came that nobody has been told of; 0 = there is none. */
  #since = 0
  #isTelling = false
  #closed = false

  constructor(folder: string, options: FolderWatcherOptions) {
    this.#folder = folder
    this.#options = options
  }

  /** Answers when changes are noticed. */
  async start(): Promise<void> {
    await this.#watchAll()
    if (this.#watchers.size === 0) this.#changed()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Watches every folder that is there now, and none that has gone. */
  async #watchAll(): Promise<void> {
    const found = new Set<string>()
    const visit = async (folder: string): Promise<void> => {
      if (this.#isLeftOut(folder) || this.#closed) return
      // First the watch, then the look: what comes in between is noticed.
      if (!this.#watchOne(folder)) return
      found.add(folder)
      if (isTreeWatched) return
      const inner: string[] = []
      try {
        for await (const entry of await opendir(folder, { bufferSize: 1024 }))
          if (entry.isDirectory() && !entry.name.startsWith('.')) inner.push(join(folder, entry.name))
      } catch {
        // Gone again, or not ours to read: its absence is noticed by the folder above.
      }
      for (const each of inner) await visit(each)
    }
    await visit(this.#folder)
    for (const [folder, watcher] of this.#watchers)
      if (!found.has(folder)) {
        watcher.close()
        this.#watchers.delete(folder)
      }
  }

  #watchOne(folder: string): boolean {
    if (this.#watchers.has(folder)) return true
    try {
      const watcher = watch(folder, { recursive: isTreeWatched, persistent: false }, (_event, name) => {
        if (name === null || !this.#isLeftOut(join(folder, name))) this.#changed()
      })
      const drop = (): void => {
        watcher.close()
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder)
      }
      watcher.on('error', () => {
        drop()
        this.#changed()
      })
      this.#watchers.set(folder, watcher)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#options.onError(error)
      return false
    }
  }

  /** Hidden files and folders are no images; what the project writes itself must not wake it up again. */
  #isLeftOut(path: string): boolean {
    const inside = path.slice(this.#folder.length)
    return inside.split(sep).some((part) => part.startsWith('.')) || this.#options.except.some((folder) => isAtOrBelow(folder, path))
  }

  #changed(): void {
    if (this.#closed) return
    const now = performance.now()
    this.#since ||= now
    if (this.#isTelling) return
    const { quiet = 1_000, longest = 60_000 } = this.#options
    this.#wait(Math.max(0, Math.min(quiet, this.#since + longest - now)))
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tell(), milliseconds)
    this.#timer.unref()
  }

  async #tell(): Promise<void> {
    this.#isTelling = true
    this.#since = 0
    try {
      await this.#watchAll()
      if (!this.#closed) await this.#options.onChange()
    } catch (error) {
      this.#options.onError(error)
    }
    this.#isTelling = false
    if (this.#closed) return
    if (this.#since > 0) this.#changed()
    else if (this.#watchers.size === 0) this.#await()
  }

  /** The folder is not there, e.g. on a drive that has been taken out: looks for it now and then. */
  #await(): void {
    this.#timer = setTimeout(() => {
      const next = (): void => (this.#watchers.size > 0 ? this.#changed() : this.#await())
      this.#watchAll().then(next, (error: unknown) => this.#options.onError(error))
    }, this.#options.absence ?? 10_000)
    this.#timer.unref()
  }
}
