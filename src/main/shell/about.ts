// What this program is: name, version, licence, what it runs on.
import { app, dialog } from 'electron'
import type { MainWindow } from './window.ts'
import type { Words } from './words/index.ts'

export async function showAbout(window: MainWindow, { product, about, ok }: Words, version: string): Promise<void> {
  const { electron, chrome, node } = process.versions
  await dialog.showMessageBox(window.show(), {
    type: 'info',
    title: product,
    message: product,
    detail: [
      about.versions(version),
      about.licence,
      '',
      `Electron ${electron}`,
      `Chromium ${chrome}`,
      `Node ${node}`,
      `${process.platform} ${process.arch}${app.isPackaged ? '' : ' (unpackaged)'}`,
    ].join('\n'),
    buttons: [ok],
    noLink: true,
  })
}
