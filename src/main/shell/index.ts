// The desktop application around the services: its one window, and everything of the system that goes with it.
import { app, BrowserWindow, Menu, powerMonitor, session } from 'electron'
import type { Event } from 'electron'
import type { Settings } from '../../shared/contract/system.ts'
import { folderMeant } from '../folder-meant.ts'
import type { RunningStudio } from '../studio.ts'
import { inProcess } from '../transport/in-process.ts'
import { showAbout } from './about.ts'
import { askAboutCopy, askAboutTraining } from './closing-question.ts'
import { Closing } from './closing.ts'
import { watchPage, watchProcesses } from './crash.ts'
import { fromVite } from './developed.ts'
import { askWhereToSave } from './downloads.ts'
import { Holds } from './holds.ts'
import { menuTemplate } from './menu.ts'
import { guardPages } from './navigation.ts'
import { notifyOfEnds } from './notifications.ts'
import { scheme } from './origin.ts'
import { servePage, showLog } from './page-services.ts'
import { limitPermissions } from './permissions.ts'
import { stayAwake } from './power.ts'
import { showProgress } from './progress.ts'
import { appHandler } from './protocol.ts'
import { followRecent } from './recent.ts'
import type { Recent } from './recent.ts'
import { sayUnopenable } from './unopenable.ts'
import { followTheme } from './theme.ts'
import { TrainingWatch } from './training.ts'
import { BackgroundTray } from './tray.ts'
import { UpdateCheck } from './update-check.ts'
import { WindowStates } from './window-state.ts'
import { createWindow, hideWindow, MainWindow } from './window.ts'
import { Wishes } from './wishes.ts'
import { wordsFor } from './words/index.ts'

export interface ShellOptions {
  readonly running: RunningStudio
  readonly settings: Settings
  /** Folder of the built interface. */
  readonly pages: string
  /** The bundled preload script. */
  readonly preload: string
  /** Of the window, where its system asks for one; null = the program's own. */
  readonly icon: string | null
  readonly version: string
  /** As the package names it. */
  readonly repository: string | null
  /** Address of Vite while the interface is developed. */
  readonly vite: string | null
}

export interface Shell {
  /** Brings the window to the front. */
  show(): void
  /** Opens a folder of images or a project. */
  open(path: string): Promise<void>
}

/** To be called once, when Electron is ready. */
export function openShell(options: ShellOptions): Shell {
  const { running, pages, preload, icon, version, repository, vite } = options
  const { studio } = running
  const { log } = studio
  const connection = inProcess(running)
  const { api } = connection
  const devTools = !app.isPackaged
  let { settings } = options
  let recent: readonly Recent[] = []
  const words = (): ReturnType<typeof wordsFor> => wordsFor(settings.language, app.getPreferredSystemLanguages())

  const images = { projects: studio.projects, media: studio.media, predicted: studio.predicted }
  session.defaultSession.protocol.handle(scheme, appHandler({ images, pages, log, developed: vite === null ? undefined : fromVite(vite) }))
  limitPermissions(session.defaultSession)
  guardPages(log)
  watchProcesses({ log, words })

  const wishes = new Wishes()
  const holds = new Holds()
  const states = new WindowStates(studio.dataFolder, log)
  const window = new MainWindow(() => follow(createWindow({ states, preload, icon, title: words().product, devTools })))
  const updates = new UpdateCheck({ repository, version, window, words, dataFolder: studio.dataFolder, log })
  const page = servePage({ running, window, wishes, holds, updates })
  const training = new TrainingWatch(connection)
  const tray = new BackgroundTray({ words, show: () => window.show(), pauseAndQuit: () => void closing.end('pause') })
  for (const listener of [stayAwake(), showProgress(window), notifyOfEnds(window, wishes, words), tray]) training.listen(listener)
  askWhereToSave(session.defaultSession, { window, words, log })

  const closing = new Closing({
    training,
    settings: () => api.system.settings({}),
    ask: (runs) => askAboutTraining(window, words(), runs, (whenClosing) => api.system.updateSettings({ whenClosing })),
    isCopying: () => holds.isHeld,
    askAboutCopy: () => askAboutCopy(window, words()),
    hide: () => {
      if (window.current) hideWindow(window.current)
      tray.appear()
    },
    closeServices: async () => {
      for (const one of BrowserWindow.getAllWindows()) hideWindow(one)
      tray.disappear()
      page.close()
      connection.close()
      await running.close()
    },
    quit: () => app.quit(),
    stays: process.platform === 'darwin',
    log,
  })

  function follow(one: BrowserWindow): BrowserWindow {
    const { id } = one.webContents
    watchPage(one, { log, words, quit: () => void closing.end('pause') })
    one.on('show', () => tray.disappear())
    one.on('close', (event) => {
      if (closing.isOver) return
      event.preventDefault()
      void closing.request('window')
    })
    // Windows ends its session: there is no time to ask, and none to wait.
    one.on('session-end', () => void closing.end('pause'))
    // Closing has asked already: a page that is against it would leave a process without a window.
    one.webContents.on('will-prevent-unload', (event) => {
      if (closing.isOver) event.preventDefault()
    })
    one.webContents.on('did-navigate', () => page.forget(id))
    one.webContents.on('render-process-gone', () => page.forget(id))
    one.webContents.once('destroyed', () => page.forget(id))
    return one
  }
  app.on('before-quit', (event) => {
    if (closing.isOver) return
    event.preventDefault()
    void closing.request('application')
  })
  // Heard, or else Electron quits by itself where its only window is closed.
  app.on('window-all-closed', () => {
    if (closing.isOver) app.quit()
  })
  app.on('activate', () => window.show())
  const shutDown = (event: Event): void => {
    if (closing.isOver) return
    // Or else the machine waits for nothing.
    event.preventDefault()
    void closing.end('pause')
  }
  // Electron's types leave the event out.
  powerMonitor.on('shutdown', shutDown as () => void)

  const showMenu = (): void =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate({
          words: words(),
          recent,
          platform: process.platform,
          devTools,
          wish: (wish) => {
            window.show()
            wishes.send(wish)
          },
          showLog: () => showLog(studio.dataFolder),
          checkForUpdate: () => void updates.checkAndSay(),
          about: () => void showAbout(window, words(), version),
        }),
      ),
    )
  const setTheme = followTheme(window)
  const heed = (changed: Settings): void => {
    settings = changed
    setTheme(settings)
    updates.setAutomatic(settings.checkForUpdates)
    showMenu()
  }
  heed(settings)
  connection.on('system.settingsChanged', heed)
  followRecent(connection, log, (list) => {
    recent = list
    showMenu()
  })

  return {
    show: () => void window.show(),
    open: async (path) => {
      const shown = window.show()
      const folder = await folderMeant(path)
      if (folder === null) await sayUnopenable(shown, words(), path)
      else wishes.send({ open: folder })
    },
  }
}
