// What the page offers to save (exports, tables): the system's dialog asks where to, the window shows how far it is.
import { app, dialog } from 'electron'
import type { DownloadItem, Session } from 'electron'
import { extname, join } from 'node:path'
import type { Log } from '../services/context.ts'
import { isOurs } from './origin.ts'
import type { MainWindow } from './window.ts'
import type { Words } from './words/index.ts'

export interface DownloadOptions {
  readonly window: MainWindow
  readonly words: () => Words
  readonly log: Pick<Log, 'warn'>
}

export function askWhereToSave(session: Session, options: DownloadOptions): void {
  session.on('will-download', (event, item) => {
    // Files that the page has made itself have addresses of its own: blob:app://studio/…
    if (!isOurs(item.getURL().replace(/^blob:/, ''))) {
      event.preventDefault()
      options.log.warn(`not downloaded: ${item.getURL().slice(0, 200)}`)
      return
    }
    ask(item, options)
  })
}

function ask(item: DownloadItem, { window, words, log }: DownloadOptions): void {
  const name = item.getFilename()
  const ending = extname(name).slice(1)
  item.setSaveDialogOptions({
    defaultPath: join(app.getPath('downloads'), name),
    properties: ['createDirectory', 'showOverwriteConfirmation'],
    ...(ending !== '' && { filters: [{ name: `*.${ending}`, extensions: [ending] }] }),
  })
  item.once('done', (_, state) => {
    if (state !== 'interrupted') return
    const { failed } = words().download
    log.warn(`${name}: ${state} while it was saved`)
    const text = { type: 'error', message: failed(name), detail: item.getSavePath() } as const
    void dialog.showMessageBox(window.show(), text)
  })
}
