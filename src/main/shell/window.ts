// The window: one, made when it is wanted, with a page that has no rights but those of the preload script.
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { home } from './origin.ts'
import { smallest } from './window-state.ts'
import type { WindowStates } from './window-state.ts'

export interface WindowOptions {
  readonly states: WindowStates
  /** The bundled preload script. */
  readonly preload: string
  /** A picture's file; null = the program's own. */
  readonly icon: string | null
  readonly title: string
  /** Tools to look into the page: not in the packaged application. */
  readonly devTools: boolean
}

/** Of the page before it is there: --ground of styles/tokens.css. */
const grounds = { light: '#f2f4f6', dark: '#111316' } as const

export function ground(): string {
  return nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light
}

export function createWindow({ states, preload, icon, title, devTools }: WindowOptions): BrowserWindow {
  const state = states.read(screen.getAllDisplays().map(({ workArea }) => workArea))
  const window = new BrowserWindow({
    ...(state.bounds ?? { width: state.width, height: state.height }),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title,
    ...(icon !== null && { icon }),
    backgroundColor: ground(),
    webPreferences: {
      preload,
      devTools,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // It would fetch dictionaries from the network.
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => {
    if (state.isMaximized) window.maximize()
    if (state.isFullScreen) window.setFullScreen(true)
    window.show()
  })
  // Then there is nothing to wait for: the log says what is the matter.
  window.webContents.once('did-fail-load', () => window.show())
  states.follow(window)
  void window.loadURL(home).catch(() => undefined)
  return window
}

/** Hides it. On a Mac a full-screen window leaves its screen first, which would stay behind and be black. */
export function hideWindow(
  window: Pick<BrowserWindow, 'hide' | 'isFullScreen' | 'once' | 'setFullScreen'>,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform !== 'darwin' || !window.isFullScreen()) return window.hide()
  window.once('leave-full-screen', () => window.hide())
  window.setFullScreen(false)
}

/** The window, if there is one, and how to have one. */
export class MainWindow {
  readonly #create: () => BrowserWindow
  #window: BrowserWindow | null = null
  /** It has been seen: until its page is there, it stays hidden. */
  #isSeen = false

  constructor(create: () => BrowserWindow) {
    this.#create = create
  }

  get current(): BrowserWindow | null {
    return this.#window && !this.#window.isDestroyed() ? this.#window : null
  }

  get isInFront(): boolean {
    return this.current?.isFocused() ?? false
  }

  /** Brings it to the front, or makes it. */
  show(): BrowserWindow {
    const window = this.current
    if (window && !this.#isSeen) return window
    if (window) {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      return window
    }
    this.#isSeen = false
    this.#window = this.#create()
    this.#window.once('show', () => (this.#isSeen = true))
    return this.#window
  }
}
