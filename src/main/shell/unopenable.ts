// Says that something from outside is neither a folder nor a project.
import { dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Words } from './words/index.ts'

export async function sayUnopenable(window: BrowserWindow, { open, ok }: Words, path: string): Promise<void> {
  await dialog.showMessageBox(window, { type: 'error', message: open.failed, detail: open.expected(path), buttons: [ok], noLink: true })
}
