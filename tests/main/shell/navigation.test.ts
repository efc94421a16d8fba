// Where the page may go and what it may use: nowhere, and next to nothing.
import { beforeEach, expect, test, vi } from 'vitest'

vi.mock('electron', () => import('./electron.ts'))
const { BrowserWindow, opened, session } = await import('./electron.ts')
const { guardPage, mayOpen } = await import('../../../src/main/shell/navigation.ts')
const { isOurs } = await import('../../../src/main/shell/origin.ts')
const { catalogue } = await import('../../../src/main/services/backbones/catalogue.ts')
const { isTrusted } = await import('../../../src/main/shell/page-services.ts')
const { limitPermissions } = await import('../../../src/main/shell/permissions.ts')

const warnings: string[] = []
const log = { warn: (text: string) => void warnings.push(text) }
beforeEach(() => {
  opened.length = 0
  warnings.length = 0
})

function page(): InstanceType<typeof BrowserWindow>['webContents'] {
  const { webContents } = new BrowserWindow({ webPreferences: {} })
  webContents.url = 'app://studio/#/projects/1/label'
  guardPage(webContents as never, log)
  return webContents
}

test.each([
  ['app://studio/', true],
  ['app://studio/index.html#/settings', true],
  ['app://studio.evil/', false],
  ['app://evil/', false],
  ['app://user@studio/', false],
  ['file:///etc/passwd', false],
  ['https://studio/', false],
  ['blob:app://studio/1', false],
  ['', false],
])('%s is our page: %s', (address, ours) => expect(isOurs(address)).toBe(ours))

test.each([
  ['https://github.com/owner/name/releases', true],
  ['https://proceedings.mlr.press/v139/wang21g.html', true],
  ['http://github.com/', false],
  ['https://github.com.evil.org/', false],
  ['https://user:word@github.com/', false],
  ['https://github.com:8443/', false],
  ['file:///C:/Windows/system32/calc.exe', false],
  ['smb://host/share', false],
  ['ms-msdt:/id', false],
  ['javascript:alert(1)', false],
  ['github.com', false],
])('%s may be opened in the browser: %s', (address, allowed) => expect(mayOpen(address)).toBe(allowed))

test.each(catalogue)('what the catalogue links to may be opened: $name', ({ licence, record }) => {
  expect([licence.address, record].filter((address) => !mayOpen(address))).toEqual([])
})

test('no page opens a window; a link on the list opens in the browser, another nowhere', () => {
  const { openHandler } = page()
  expect(openHandler({ url: 'https://github.com/owner' })).toEqual({ action: 'deny' })
  expect(openHandler({ url: 'https://example.org/' })).toEqual({ action: 'deny' })
  expect(openHandler({ url: 'app://studio/' })).toEqual({ action: 'deny' })
  expect(opened).toEqual(['https://github.com/owner'])
  expect(warnings).toEqual(['not opened: https://example.org/', 'not opened: app://studio/'])
})

test.each([
  ['will-navigate', { url: 'https://example.org/', isMainFrame: true }, true],
  ['will-navigate', { url: 'file:///etc/passwd', isMainFrame: true }, true],
  ['will-navigate', { url: 'app://studio/', isMainFrame: false }, true],
  ['will-navigate', { url: 'app://studio/', isMainFrame: true }, false],
  ['will-frame-navigate', { url: 'app://studio/', isMainFrame: false }, true],
  ['will-redirect', { url: 'https://example.org/', isMainFrame: true }, true],
  ['will-attach-webview', {}, true],
] as const)('%s %o is prevented: %s', (event, details, prevented) => {
  let isPrevented = false
  page().emit(event, { ...details, preventDefault: () => (isPrevented = true) })
  expect(isPrevented).toBe(prevented)
})

test('the page may write into the clipboard, in its main frame, and nothing else', () => {
  const { defaultSession } = session
  limitPermissions(defaultSession as never)
  const allows = (permission: string, requestingUrl = 'app://studio/', isMainFrame = true): boolean => {
    const answers: boolean[] = []
    defaultSession.asks(null, permission, (answer) => answers.push(answer), { requestingUrl, isMainFrame })
    expect(defaultSession.checks(null, permission, requestingUrl, { isMainFrame })).toBe(answers[0])
    return answers[0] ?? expect.fail('no answer')
  }
  expect(allows('clipboard-sanitized-write')).toBe(true)
  expect(allows('clipboard-sanitized-write', 'https://example.org/')).toBe(false)
  expect(allows('clipboard-sanitized-write', 'app://studio/', false)).toBe(false)
  for (const permission of ['clipboard-read', 'media', 'geolocation', 'notifications', 'openExternal', 'fileSystem', 'hid', 'fullscreen'])
    expect([permission, allows(permission)]).toEqual([permission, false])
  expect(defaultSession.devices()).toBe(false)
})

test('only the main frame of our page is listened to', () => {
  const frame = (url: string, parent: object | null): never => ({ senderFrame: { url, parent } }) as never
  expect(isTrusted(frame('app://studio/#/', null))).toBe(true)
  expect(isTrusted(frame('app://studio/', {}))).toBe(false)
  expect(isTrusted(frame('https://example.org/', null))).toBe(false)
  expect(isTrusted({ senderFrame: null })).toBe(false)
})
