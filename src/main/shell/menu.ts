// The application's menu, as each platform has it. The page hears its own keys first: what it takes never reaches the menu.
import type { MenuItemConstructorOptions } from 'electron'
import type { Wish } from '../../shared/desktop.ts'
import type { Recent } from './recent.ts'
import type { Words } from './words/index.ts'

export interface MenuParts {
  readonly words: Words
  readonly recent: readonly Recent[]
  readonly platform: NodeJS.Platform
  /** Tools to look into the page. */
  readonly devTools: boolean
  readonly wish: (wish: Wish) => void
  readonly showLog: () => void
  readonly checkForUpdate: () => void
  readonly about: () => void
}

type Item = MenuItemConstructorOptions
const separator: Item = { type: 'separator' }

export function menuTemplate(parts: MenuParts): Item[] {
  const isMac = parts.platform === 'darwin'
  return [...(isMac ? [applicationMenu(parts)] : []), fileMenu(parts), editMenu(parts), viewMenu(parts), windowMenu(parts), helpMenu(parts)]
}

/** A Mac's first menu. */
function applicationMenu({ words: { product, menu }, about, checkForUpdate, wish }: MenuParts): Item {
  return {
    label: product,
    submenu: [
      { label: menu.about, click: about },
      { label: menu.update, click: checkForUpdate },
      separator,
      settings(menu, wish),
      separator,
      { role: 'services' },
      separator,
      { role: 'hide', label: menu.hide },
      { role: 'hideOthers', label: menu.hideOthers },
      { role: 'unhide', label: menu.showAll },
      separator,
      { role: 'quit', label: menu.quit },
    ],
  }
}

function fileMenu({ words: { menu }, recent, platform, wish }: MenuParts): Item {
  const isMac = platform === 'darwin'
  return {
    label: menu.file,
    submenu: [
      { label: menu.openFolder, accelerator: 'CmdOrCtrl+O', click: () => wish({ show: 'open-folder' }) },
      { label: menu.openProject, accelerator: 'CmdOrCtrl+Shift+O', click: () => wish({ show: 'open-project' }) },
      {
        label: menu.recent,
        submenu:
          recent.length === 0
            ? [{ label: menu.noRecent, enabled: false }]
            : recent.map(({ name, folder }) => ({ label: escaped(name), toolTip: folder, click: () => wish({ open: folder }) })),
      },
      separator,
      ...(isMac ? [] : [settings(menu, wish), separator]),
      { role: 'close', label: menu.close, accelerator: 'CmdOrCtrl+W' },
      ...(isMac ? [] : [{ role: 'quit', label: menu.quit, accelerator: platform === 'win32' ? 'Alt+F4' : 'Ctrl+Q' } as const]),
    ],
  }
}

function settings(menu: Words['menu'], wish: MenuParts['wish']): Item {
  return { label: menu.settings, accelerator: 'CmdOrCtrl+,', click: () => wish({ command: 'settings' }) }
}

/** Undo is the page's: of labels, or of the text that is being written. */
function editMenu({ words: { menu }, platform, wish }: MenuParts): Item {
  return {
    label: menu.edit,
    submenu: [
      { label: menu.undo, accelerator: 'CmdOrCtrl+Z', click: () => wish({ command: 'undo' }) },
      { label: menu.redo, accelerator: platform === 'win32' ? 'Ctrl+Y' : 'CmdOrCtrl+Shift+Z', click: () => wish({ command: 'redo' }) },
      separator,
      { role: 'cut', label: menu.cut },
      { role: 'copy', label: menu.copy },
      { role: 'paste', label: menu.paste },
      { role: 'selectAll', label: menu.selectAll },
    ],
  }
}

const views = ['start', 'images', 'label', 'train', 'results', 'predict', 'export'] as const

function viewMenu({ words: { menu }, platform, devTools, wish }: MenuParts): Item {
  return {
    label: menu.view,
    submenu: [
      ...views.map((view, number): Item => {
        const command = `go${view.charAt(0).toUpperCase()}${view.slice(1)}`
        return { label: menu[view], accelerator: `Alt+${number}`, click: () => wish({ command }) }
      }),
      separator,
      { role: 'resetZoom', label: menu.actualSize, accelerator: 'CmdOrCtrl+0' },
      { role: 'zoomIn', label: menu.zoomIn, accelerator: 'CmdOrCtrl+Plus' },
      { role: 'zoomOut', label: menu.zoomOut, accelerator: 'CmdOrCtrl+-' },
      separator,
      { role: 'togglefullscreen', label: menu.fullScreen, accelerator: platform === 'darwin' ? 'Ctrl+Cmd+F' : 'F11' },
      ...(devTools
        ? ([separator, { role: 'reload', label: menu.reload }, { role: 'toggleDevTools', label: menu.developer }] as const)
        : []),
    ],
  }
}

function windowMenu({ words: { menu }, platform }: MenuParts): Item {
  const own: Item[] =
    platform === 'darwin' ? [{ role: 'minimize' }, { role: 'zoom' }, separator, { role: 'front' }] : [{ role: 'minimize' }]
  return { role: 'window', label: menu.window, submenu: own }
}

function helpMenu({ words: { menu }, platform, wish, showLog, checkForUpdate, about }: MenuParts): Item {
  return {
    role: 'help',
    label: menu.help,
    submenu: [
      { label: menu.shortcuts, accelerator: 'F1', click: () => wish({ command: 'shortcuts' }) },
      separator,
      { label: menu.showLog, click: showLog },
      { label: menu.licences, click: () => wish({ show: 'licences' }) },
      ...(platform === 'darwin' ? [] : [{ label: menu.update, click: checkForUpdate }, separator, { label: menu.about, click: about }]),
    ],
  }
}

/** `&` marks a letter in menus; a name's own is no mark. */
function escaped(name: string): string {
  return name.replaceAll('&', '&&')
}
