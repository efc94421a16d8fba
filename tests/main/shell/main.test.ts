// The application from its first line to its end, on real services, with a stub of Electron: what a person does, and what comes of it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bridge } from '../../../src/preload/bridge.ts'
import type { RendererIpc } from '../../../src/preload/bridge.ts'
import { desktopPlatform } from '../../../src/renderer/api/desktop.ts'
import type { Platform } from '../../../src/renderer/api/platform.ts'
import type { Wish } from '../../../src/shared/desktop.ts'

vi.mock('electron', () => import('./electron.ts'))
const electron = await import('./electron.ts')
const { app, asked, BrowserWindow, ipcMain, isPrevented, menus, nativeTheme, opened, person, powerMonitor, schemes, session } = electron

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shell-')))
const data = join(folder, 'data')
const photos = join(folder, 'photos')
mkdirSync(photos)
vi.stubEnv('SELF_TUNING_HOME', data)
process.argv = ['electron', '.', photos]

type Page = InstanceType<typeof BrowserWindow>
const page = (): Page => BrowserWindow.all[0] ?? expect.fail('expected a window')

/** `ipcRenderer` of the page: what it sends comes from its main frame. */
function rendererOf({ webContents }: Page): RendererIpc {
  const senderFrame = { url: webContents.url, parent: null }
  const heard: ((event: unknown, message: { id: number; text: string | null }) => void)[] = []
  webContents.send = (_, message) => void setImmediate(() => heard.forEach((listener) => listener({}, message)))
  return {
    invoke: (channel, message) =>
      ipcMain.handlers.get(channel)?.({ sender: webContents, senderFrame }, message) ?? Promise.reject(new Error('no handler')),
    send: (channel, message) => void setImmediate(() => ipcMain.emit(channel, { sender: webContents, senderFrame }, message)),
    on: (_, listener) => heard.push(listener),
  }
}

/** What the page has sent is there. */
const arrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let platform: Platform
const wishes: Wish[] = []
beforeAll(async () => {
  await import('../../../src/main/index.ts')
  app.isReady.resolve(undefined)
  await vi.waitFor(() => expect(BrowserWindow.all).toHaveLength(1), { timeout: 20_000 })
  platform = desktopPlatform(
    bridge(rendererOf(page()), () => '/dropped'),
    'app://studio/',
  )
  platform.desktop?.onWish((wish) => wishes.push(wish))
})
afterAll(() => {
  platform.connection.close()
  rmSync(folder, { recursive: true, force: true })
})

test('before Electron is ready: the scheme, the sandbox, one instance, a profile in the data folder', () => {
  expect(schemes.map(({ scheme }) => scheme)).toEqual(['app'])
  expect([app.isSandboxed, app.paths.get('userData'), app.handedOver]).toEqual([true, join(data, 'window'), { path: photos }])
})

test('the window has a page of ours, without rights, and the folder of the command line is opened in it', async () => {
  expect(page().webContents.url).toBe('app://studio/')
  expect(page().options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
  })
  expect(page().isShown).toBe(false)
  page().emit('ready-to-show')
  expect(page().isShown).toBe(true)
  await vi.waitFor(() => expect(wishes).toEqual([{ open: photos }]))
})

test('the services answer, and their events come', async () => {
  const { api } = platform.connection
  expect((await api.system.version({})).dataFolder).toBe(data)
  const project = await api.projects.create({ folder: join(folder, 'flowers'), name: 'Flowers' })
  const changed = new Promise((resolve) => platform.connection.on('classes.changed', resolve))
  await api.classes.create({ project: project.id, name: 'tulip' })
  await changed
  const menu = (): string => JSON.stringify(menus.at(-1))
  await vi.waitFor(() => expect(menu()).toContain('Flowers'), { timeout: 5000 })
})

test('the interface comes by its scheme, and what it asks for by the same routes as over HTTP', async () => {
  const handle = session.defaultSession.handlers.get('app') ?? expect.fail('expected a handler')
  const missing = await handle(new Request('app://studio/images/11111111-1111-4111-8111-111111111111/1'))
  expect(missing.status).toBe(404)
  expect(await missing.json()).toMatchObject({ error: { code: 'not-found' } })
})

test('a second start opens what it was told to, or shows the window', async () => {
  wishes.length = 0
  page().isFront = false
  app.emit('second-instance', {}, ['electron', '.'], folder, { path: join(folder, 'flowers', 'project.db') })
  await vi.waitFor(() => expect(wishes).toEqual([{ open: join(folder, 'flowers') }]))
  expect(page().isFront).toBe(true)
  page().isFront = false
  app.emit('second-instance', {}, ['electron', '.'], folder, { path: null })
  expect([page().isFront, BrowserWindow.all.length]).toEqual([true, 1])
})

test('what is neither a folder nor a project is refused by name', async () => {
  asked.length = 0
  app.emit('open-file', { preventDefault: () => undefined }, join(folder, 'gone'))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  expect(asked[0]?.detail).toContain(join(folder, 'gone'))
})

test('settings reach the system: theme, language of the menu', async () => {
  await platform.connection.api.system.updateSettings({ theme: 'dark', language: 'zh-CN' })
  await vi.waitFor(() => expect(nativeTheme.themeSource).toBe('dark'))
  expect(JSON.stringify(menus.at(-1))).toContain('撤销')
  await platform.connection.api.system.updateSettings({ theme: 'system', language: 'en' })
  await vi.waitFor(() => expect(JSON.stringify(menus.at(-1))).toContain('Undo'))
})

test("the system's dialog, the log in its folder, no repository to ask, paths of what is dropped", async () => {
  const api = platform.desktop?.api ?? expect.fail('expected the desktop')
  expect(await api.choosePath({ title: 'Folder', accept: 'folder' })).toEqual({ path: null })
  person.chooses = photos
  expect(await api.choosePath({ title: 'File', accept: ['.onnx'] })).toEqual({ path: photos })
  await api.showLog({})
  expect(opened).toEqual([join(data, 'logs', 'studio.log')])
  expect(existsSync(join(data, 'logs', 'studio.log'))).toBe(true)
  expect(await api.releases({})).toEqual({ known: false })
  expect(await api.checkForUpdate({})).toEqual({ state: 'unknown' })
  await expect(api.showUpdate({})).rejects.toMatchObject({ code: 'not-found' })
  expect(platform.pathOf(new File([], 'x'))).toBe('/dropped')
})

test('a copy of dropped images is not cut off without a question', async () => {
  asked.length = 0
  const letGo = platform.hold()
  await arrived()
  expect(page().close()).toBe(false)
  await vi.waitFor(() => expect(asked.map(({ message }) => message)).toEqual(['Images are being copied']))
  letGo()
  await arrived()
  expect([app.quits, ipcMain.handlers.size]).toEqual([0, 1])
})

test('the end: projects are closed before the application goes, whatever the page is against; the machine waits for it', async () => {
  page().webContents.isHeld = true
  expect(page().close()).toBe(false)
  expect(isPrevented(powerMonitor, 'shutdown')).toBe(true)
  await vi.waitFor(() => expect(app.quits).toBe(1), { timeout: 20_000 })
  expect(page().close()).toBe(true)
  expect(existsSync(join(folder, 'flowers', 'project.db-wal'))).toBe(false)
  expect(readFileSync(join(data, 'logs', 'studio.log'), 'utf8')).not.toMatch(/ error /)
  // What comes then comes too late, and does no harm.
  expect([isPrevented(powerMonitor, 'shutdown'), app.quits]).toEqual([false, 1])
})
