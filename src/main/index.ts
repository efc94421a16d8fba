// The desktop application: begins as early as Electron wants it, then puts services and window together. One at a time for a data folder.
import { app, dialog, shell } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../shared/errors.ts'
import { dataFolder } from '../node/data-folder.ts'
import { appId } from './app-id.ts'
import { besideThis, inResources } from './engine/place.ts'
import { openShell } from './shell/index.ts'
import type { Shell } from './shell/index.ts'
import { pathOfSecond, pathOfWords } from './shell/opening.ts'
import type { HandedOver } from './shell/opening.ts'
import { registerScheme } from './shell/origin.ts'
import { wordsFor } from './shell/words/index.ts'
import { createStudio } from './studio.ts'
import { inProcess } from './transport/in-process.ts'
import { repository, version } from './version.ts'

const inProgram = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What Chromium keeps: cookies it has none of, caches, the window's own storage. */
const profile = join(dataFolder(), 'window')
mkdirSync(profile, { recursive: true })
app.setName('Self-Tuning Studio')
// As the installer's shortcut says it: notifications and the taskbar's button belong to that.
if (process.platform === 'win32' && app.isPackaged) app.setAppUserModelId(appId)
app.setPath('userData', profile)
app.enableSandbox()
registerScheme()

// In development Electron's second word is this program itself.
let wanted = pathOfWords(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
let running: Shell | null = null

/** Now, or as soon as there is a window. */
function open(path: string | null): void {
  if (!running) wanted = path ?? wanted
  else if (path === null) running.show()
  else void running.open(path)
}

if (app.requestSingleInstanceLock({ path: wanted } satisfies HandedOver)) {
  app.on('second-instance', (_, words, folder, data) => open(pathOfSecond(data, words, folder)))
  // A Mac's file manager tells of folders so, before the application is ready too.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open(path)
  })
  // Not awaited here: Electron is not ready before this module has run.
  app.whenReady().then(begin).catch(giveUp)
} else app.quit()

async function begin(): Promise<void> {
  const studio = createStudio({
    dataFolder: dataFolder(),
    place: app.isPackaged ? inResources(process.resourcesPath) : besideThis,
    trash: (path) => shell.trashItem(path),
    stays: true,
    welcome: wanted === null,
  })
  const connection = inProcess(studio, { topics: [] })
  const settings = await connection.api.system.settings({})
  connection.close()
  const vite = app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null)
  running = openShell({
    running: studio,
    settings,
    pages: inProgram('../renderer'),
    preload: inProgram('../preload/index.cjs'),
    icon: process.platform === 'linux' && app.isPackaged ? join(process.resourcesPath, 'icon.png') : null,
    version: version(),
    repository: repository(),
    vite,
  })
  studio.studio.log.info(`Self-Tuning Studio ${version()}, Electron ${process.versions.electron}, ${process.platform} ${process.arch}`)
  running.show()
  if (wanted !== null) await running.open(wanted)
}

function giveUp(error: unknown): void {
  dialog.showErrorBox(wordsFor('system', app.getPreferredSystemLanguages()).crash.start, AppError.from(error).message)
  app.exit(1)
}
