// Electron as far as the shell uses it, without windows: remembers what it is told, and lets tests play the system's and the person's part.
import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { vi } from 'vitest'

interface Pressed {
  readonly response: number
  readonly checkboxChecked: boolean
}

/** Set by tests: what the person answers. */
export const person = {
  /** Index of the button, and whether the box is ticked. */
  presses: (_options: { message: string; buttons: string[] }): Pressed => ({ response: 0, checkboxChecked: false }),
  chooses: null as string | null,
}

/** What was asked by dialogs, first first. */
export const asked: { message: string; detail?: string; buttons: string[] }[] = []

/** An event of the system: @returns whether the application is against what it announces */
export function isPrevented(emitter: EventEmitter, event: string): boolean {
  const preventDefault = vi.fn()
  emitter.emit(event, { preventDefault })
  return preventDefault.mock.calls.length > 0
}

class App extends EventEmitter {
  readonly isPackaged = false
  readonly paths = new Map<string, string>()
  isReady = Promise.withResolvers<undefined>()
  lock = true
  handedOver: unknown = null
  quits = 0
  recentDocuments: string[] = []
  isSandboxed = false
  setName = vi.fn()
  setPath = (name: string, path: string): void => void this.paths.set(name, path)
  getPath = (name: string): string => this.paths.get(name) ?? tmpdir()
  enableSandbox = (): void => void (this.isSandboxed = true)
  requestSingleInstanceLock = (data: unknown): boolean => {
    this.handedOver = data
    return this.lock
  }
  whenReady = (): Promise<undefined> => this.isReady.promise
  getPreferredSystemLanguages = (): string[] => ['en-GB']
  addRecentDocument = (path: string): void => void this.recentDocuments.push(path)
  exit = vi.fn()
  /** As Electron does: asks, closes the windows, and goes on only where nobody is against it. */
  quit = (): void => {
    if (!isPrevented(this, 'before-quit') && BrowserWindow.all.every((window) => window.close())) this.quits++
  }
}

class Contents extends EventEmitter {
  static next = 1
  readonly id = Contents.next++
  url = ''
  reloads = 0
  crashes = 0
  /** Its page is against being left. */
  isHeld = false
  readonly sent: { channel: string; message: { id: number; text: string | null } }[] = []
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  setWindowOpenHandler = (handler: Contents['openHandler']): void => void (this.openHandler = handler)
  getURL = (): string => this.url
  isDestroyed = (): boolean => false
  reload = (): number => this.reloads++
  forcefullyCrashRenderer = (): number => this.crashes++
  send = (channel: string, message: { id: number; text: string | null }): void => void this.sent.push({ channel, message })
}

export interface WindowOptionsGiven {
  readonly webPreferences: Readonly<Record<string, unknown>>
  readonly [name: string]: unknown
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = []
  static getAllWindows = (): BrowserWindow[] => BrowserWindow.all
  readonly options: WindowOptionsGiven
  readonly webContents = new Contents()
  isShown = false
  isFront = false
  progress: number | null = null
  constructor(options: WindowOptionsGiven) {
    super()
    this.options = options
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  loadURL = (url: string): Promise<void> => {
    this.webContents.url = url
    return Promise.resolve()
  }
  show = (): void => {
    this.isShown = true
    this.emit('show')
  }
  hide = (): void => void (this.isShown = false)
  focus = (): void => void (this.isFront = true)
  isFocused = (): boolean => this.isFront
  isMinimized = (): boolean => false
  isMaximized = (): boolean => false
  isFullScreen = (): boolean => false
  isDestroyed = (): boolean => false
  maximize = vi.fn()
  setFullScreen = vi.fn()
  setBackgroundColor = vi.fn()
  setProgressBar = (share: number): void => void (this.progress = share)
  getNormalBounds = (): object => ({ x: 10, y: 20, width: 1000, height: 700 })
  /** As a person who presses the cross: @returns whether it has closed */
  close = (): boolean => !isPrevented(this, 'close') && (!this.webContents.isHeld || isPrevented(this.webContents, 'will-prevent-unload'))
}

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = []
  static isSupported = (): boolean => true
  readonly options: { title: string; body: string }
  constructor(options: { title: string; body: string }) {
    super()
    this.options = options
  }
  show = (): void => void Notification.shown.push(this)
}

export class Tray extends EventEmitter {
  static current: Tray | null = null
  toolTip = ''
  menu: { label: string; click: () => void }[] = []
  constructor() {
    super()
    Tray.current = this
  }
  setToolTip = (text: string): void => void (this.toolTip = text)
  setContextMenu = (menu: Tray['menu']): void => void (this.menu = menu)
  destroy = (): void => void (Tray.current = null)
}

type Handler = (request: Request) => Promise<Response>
type PermissionAnswer = (allowed: boolean) => unknown

class Session extends EventEmitter {
  readonly handlers = new Map<string, Handler>()
  readonly protocol = { handle: (scheme: string, handler: Handler): void => void this.handlers.set(scheme, handler) }
  asks: (contents: unknown, permission: string, answer: PermissionAnswer, details: object) => void = () => undefined
  checks: (contents: unknown, permission: string, origin: string, details: object) => boolean = () => true
  devices: () => boolean = () => true
  setPermissionRequestHandler = (handler: Session['asks']): void => void (this.asks = handler)
  setPermissionCheckHandler = (handler: Session['checks']): void => void (this.checks = handler)
  setDevicePermissionHandler = (handler: Session['devices']): void => void (this.devices = handler)
}

class Blocker {
  readonly running = new Set<number>()
  start = (): number => {
    const id = this.running.size + 1
    this.running.add(id)
    return id
  }
  stop = (id: number): void => void this.running.delete(id)
}

type Invoked = (event: unknown, message: unknown) => Promise<unknown>

class IpcMain extends EventEmitter {
  readonly handlers = new Map<string, Invoked>()
  handle = (channel: string, handler: Invoked): void => void this.handlers.set(channel, handler)
  removeHandler = (channel: string): void => void this.handlers.delete(channel)
}

export const app = new App()
export const ipcMain = new IpcMain()
export const session = { defaultSession: new Session() }
export const powerMonitor = new EventEmitter()
export const powerSaveBlocker = new Blocker()
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' })
export const screen = { getAllDisplays: (): object[] => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] }
export const nativeImage = { createFromDataURL: (url: string): object => ({ url }) }
export const schemes: { scheme: string; privileges: object }[] = []
export const protocol = { registerSchemesAsPrivileged: (given: typeof schemes): void => void schemes.push(...given) }
export const opened: string[] = []
export const shell = {
  openExternal: (url: string): Promise<void> => {
    opened.push(url)
    return Promise.resolve()
  },
  showItemInFolder: (path: string): void => void opened.push(path),
  trashItem: (): Promise<void> => Promise.resolve(),
}
export const net = { fetch: (): Promise<Response> => Promise.reject(new Error('there is no network in tests')) }
export const menus: { label?: string; submenu?: unknown }[][] = []
export const Menu = {
  buildFromTemplate: (template: object[]): object[] => template,
  setApplicationMenu: (menu: { label?: string; submenu?: unknown }[]): void => void menus.push(menu),
}
export const dialog = {
  showMessageBox: (_window: unknown, options: { message: string; detail?: string; buttons: string[] }): Promise<Pressed> => {
    asked.push(options)
    return Promise.resolve(person.presses(options))
  },
  showOpenDialog: (): Promise<object> =>
    Promise.resolve({ canceled: person.chooses === null, filePaths: person.chooses === null ? [] : [person.chooses] }),
  showErrorBox: (title: string, content: string): void => void asked.push({ message: title, detail: content, buttons: [] }),
}
