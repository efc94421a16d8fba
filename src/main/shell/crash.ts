// When the page crashes or hangs: it is shown anew, and asked about when that does not help. The services do not notice.
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Log } from '../services/context.ts'
import type { Words } from './words/index.ts'

export interface CrashOptions {
  readonly log: Pick<Log, 'warn' | 'error'>
  readonly words: () => Words
  readonly quit: () => void
}

/** Milliseconds: a second crash within so long is not to be helped by showing the page anew. */
const soon = 60_000

export function watchPage(window: BrowserWindow, { log, words, quit }: CrashOptions, now: () => number = () => performance.now()): void {
  const { webContents: contents } = window
  let last = -Infinity
  let waiting: AbortController | null = null
  const dismiss = (): void => {
    waiting?.abort()
    waiting = null
  }
  const ask = (text: { message: string; detail: string }, buttons: [string, string], signal?: AbortSignal): Promise<number> =>
    dialog
      .showMessageBox(window, { ...text, type: 'warning', buttons, defaultId: 0, cancelId: 0, noLink: true, ...(signal && { signal }) })
      .then(({ response }) => response)

  contents.on('render-process-gone', (_, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    dismiss()
    log.error('the window’s page has gone', new Error(`${reason}, exit code ${exitCode}`))
    const isSoon = now() - last < soon
    last = now()
    if (!isSoon) return contents.reload()
    const { crash } = words()
    void ask({ message: crash.title, detail: crash.text }, [crash.reload, crash.quit]).then((response) =>
      response === 1 ? quit() : contents.reload(),
    )
  })
  contents.on('unresponsive', () => {
    if (waiting) return
    log.warn('the window’s page does not respond')
    const asked = new AbortController()
    waiting = asked
    const { crash } = words()
    void ask({ message: crash.hung, detail: crash.hungText }, [crash.wait, crash.reload], asked.signal).then((response) => {
      if (asked.signal.aborted) return
      waiting = null
      // What follows is shown anew as after any crash.
      if (response === 1) contents.forcefullyCrashRenderer()
    })
  })
  contents.on('responsive', dismiss)
  contents.on('did-fail-load', (_, code, description, address, isMainFrame) => {
    // -3: given up for another address.
    if (isMainFrame && code !== -3) log.error(`the page cannot be shown: ${address}`, new Error(`${description} (${code})`))
  })
}

/** Faults of this process and of Chromium's others, into the log; the first of ours is said too. */
export function watchProcesses({ log, words }: Omit<CrashOptions, 'quit'>): void {
  let isSaid = false
  const fault = (what: string) => (error: unknown) => {
    log.error(what, error)
    if (isSaid) return
    isSaid = true
    dialog.showErrorBox(words().product, error instanceof Error ? error.message : String(error))
  }
  process.on('uncaughtException', fault('a fault of the application'))
  process.on('unhandledRejection', fault('a fault of the application'))
  app.on('child-process-gone', (_, { type, reason, exitCode }) => {
    if (reason !== 'clean-exit') log.warn(`${type} process ended: ${reason}, exit code ${exitCode}`)
  })
}
