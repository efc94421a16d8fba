// The system's dialogs for folders and files.
import { dialog } from 'electron'
import type { OpenDialogOptions } from 'electron'
import { dirname } from 'node:path'
import type { z } from 'zod'
import type { desktop } from '../../shared/desktop.ts'
import type { MainWindow } from './window.ts'

type Asked = z.output<typeof desktop.methods.choosePath.input>

/** Asks where the last answer was. */
export function pathChooser(window: MainWindow): (asked: Asked) => Promise<{ path: string | null }> {
  let last: string | undefined
  return async ({ title, accept }) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window.show(), {
      title,
      // A Mac's dialog has no title.
      message: title,
      ...(last !== undefined && { defaultPath: last }),
      ...choiceOf(accept),
    })
    const path = canceled ? null : (filePaths[0] ?? null)
    if (path !== null) last = dirname(path)
    return { path }
  }
}

function choiceOf(accept: Asked['accept']): Pick<OpenDialogOptions, 'properties' | 'filters'> {
  if (typeof accept === 'string') return { properties: accept === 'folder' ? ['openDirectory', 'createDirectory'] : ['openDirectory'] }
  const extensions = accept.map((ending) => ending.slice(1))
  return { properties: ['openFile'], filters: [{ name: accept.map((ending) => `*${ending}`).join(', '), extensions }] }
}
