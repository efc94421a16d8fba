// The window itself: its icon, and how it is taken away.
import { beforeEach, expect, test, vi } from 'vitest'

vi.mock('electron', () => import('./electron.ts'))
const { BrowserWindow } = await import('./electron.ts')
const { stateFor } = await import('../../../src/main/shell/window-state.ts')
const { createWindow, hideWindow } = await import('../../../src/main/shell/window.ts')

let window: InstanceType<typeof BrowserWindow>
beforeEach(() => {
  window = new BrowserWindow({ webPreferences: {} })
  window.show()
})

test.each([
  ['/resources/icon.png', { icon: '/resources/icon.png' }],
  [null, {}],
])('its icon is %s', (icon, expected) => {
  const states = { read: () => stateFor(null, []), follow: () => undefined }
  const made = createWindow({ states, preload: '', icon, title: '', devTools: false } as never) as never as typeof window
  expect('icon' in made.options ? { icon: made.options['icon'] } : {}).toEqual(expected)
})

test.each([
  ['darwin', false],
  ['linux', true],
  ['win32', true],
] as const)('on %s a window is hidden at once, full screen: %s', (platform, isFull) => {
  window.isFullScreen = () => isFull
  hideWindow(window as never, platform)
  expect([window.isShown, window.setFullScreen.mock.calls]).toEqual([false, []])
})

test('on a Mac one that fills the screen leaves it first', () => {
  window.isFullScreen = () => true
  hideWindow(window as never, 'darwin')
  expect([window.isShown, window.setFullScreen.mock.calls]).toEqual([true, [[false]]])
  window.emit('leave-full-screen')
  expect(window.isShown).toBe(false)
})
