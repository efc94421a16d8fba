// When the latest release is asked for: when a person wants to know, and once a day if the settings say so, which they do not by default.
import { dialog, net, Notification } from 'electron'
import { join } from 'node:path'
import { z } from 'zod'
import { time } from '../../shared/contract/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { UpdateState } from '../../shared/desktop.ts'
import { JsonFile } from '../json-file.ts'
import type { Log } from '../services/context.ts'
import { openOutside } from './navigation.ts'
import { gitHubName, latestRelease } from './updates.ts'
import type { MainWindow } from './window.ts'
import type { Words } from './words/index.ts'

export interface UpdateOptions {
  readonly repository: string | null
  readonly version: string
  readonly window: MainWindow
  readonly words: () => Words
  /** The application's: the time of the last check is kept there. */
  readonly dataFolder: string
  readonly log: Pick<Log, 'info' | 'warn'>
}

const noted = z.object({ checkedAt: time.nullable() })
/** Milliseconds. */
const day = 24 * 60 * 60 * 1000

export class UpdateCheck {
  readonly #options: UpdateOptions
  readonly #file: JsonFile<z.infer<typeof noted>>
  /** Of the last check, in milliseconds since 1970; null before one of this start. */
  #checkedAt: number | null = null
  #isAutomatic = false
  #timer: NodeJS.Timeout | undefined
  #page: string | null = null
  /** Told by itself already: once for each version. */
  #said: string | null = null
  #notification: Notification | null = null

  constructor(options: UpdateOptions) {
    this.#options = options
    this.#file = new JsonFile(join(options.dataFolder, 'update-check.json'), noted, { checkedAt: null }, options.log)
  }

  /** Whether there is somebody to ask. */
  get isPossible(): boolean {
    return gitHubName(this.#options.repository) !== null
  }

  /** @throws AppError 'disconnected' */
  async check(): Promise<UpdateState> {
    const { repository, version } = this.#options
    if (this.isPossible) await this.#note()
    const found = await latestRelease(repository, version, (url, options) => net.fetch(url, options))
    this.#page = found.state === 'newer' ? found.page : null
    return found
  }

  /** By itself, or no more. */
  setAutomatic(wanted: boolean): void {
    const isAutomatic = wanted && this.isPossible
    if (isAutomatic === this.#isAutomatic) return
    this.#isAutomatic = isAutomatic
    clearTimeout(this.#timer)
    if (isAutomatic) void this.#checkInTime()
  }

  /** The page of the newer release that was found. @throws AppError 'not-found' where none was */
  async show(): Promise<void> {
    if (this.#page === null || !(await openOutside(this.#page, this.#options.log)))
      throw new AppError('not-found', 'release: expected a newer one that a check has found, found none')
  }

  /** From the menu: says whatever comes of it. */
  async checkAndSay(): Promise<void> {
    const { update } = this.#options.words()
    try {
      const found = await this.check()
      if (found.state === 'newer') return await this.#sayNewer(found.version)
      await this.#say(found.state === 'current' ? update.current(found.version) : update.unknown)
    } catch (error) {
      await this.#say(update.failed, AppError.from(error).message)
    }
  }

  /** A day after the last check, whichever start of the application that was in; then again. */
  async #checkInTime(): Promise<void> {
    const last = await this.#lastCheck()
    if (!this.#isAutomatic) return
    // A clock that was set back is no reason to wait for longer than a day.
    const rest = Math.min(day, Math.max(0, last + day - Date.now()))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#checkQuietly().then(() => this.#checkInTime()), rest).unref()
  }

  async #lastCheck(): Promise<number> {
    if (this.#checkedAt !== null) return this.#checkedAt
    const { checkedAt } = await this.#file.read().catch(() => ({ checkedAt: null }))
    return checkedAt === null ? -Infinity : Date.parse(checkedAt)
  }

  async #note(): Promise<void> {
    this.#checkedAt = Date.now()
    const checkedAt = new Date(this.#checkedAt).toISOString()
    await this.#file
      .update(() => ({ checkedAt }))
      .catch((error: unknown) => this.#options.log.warn(`${this.#file.path}: ${AppError.from(error).message}`))
  }

  async #checkQuietly(): Promise<void> {
    try {
      const found = await this.check()
      if (found.state === 'newer' && found.version !== this.#said) this.#notify(found.version)
    } catch (error) {
      this.#options.log.warn(`checking for a newer version: ${AppError.from(error).message}`)
    }
  }

  #notify(version: string): void {
    if (!Notification.isSupported()) return
    this.#said = version
    const { update } = this.#options.words()
    this.#notification = new Notification({ title: update.newer(version), body: update.nothingDownloaded })
    this.#notification.on('click', () => void this.show().catch((error: unknown) => this.#options.log.warn(String(error))))
    this.#notification.show()
  }

  async #sayNewer(version: string): Promise<void> {
    const { window, words } = this.#options
    const { update, cancel } = words()
    const { response } = await dialog.showMessageBox(window.show(), {
      type: 'info',
      message: update.newer(version),
      detail: update.nothingDownloaded,
      buttons: [update.show, cancel],
      cancelId: 1,
      noLink: true,
    })
    if (response === 0) await this.show()
  }

  async #say(message: string, detail = ''): Promise<void> {
    const { window, words } = this.#options
    await dialog.showMessageBox(window.show(), { type: 'info', message, detail, buttons: [words().ok], noLink: true })
  }
}
