// Where the window opens: where it was, but always where it can be seen.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { stateFor, WindowStates } from '../../../src/main/shell/window-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'window-'))
afterAll(() => rmSync(folder, { recursive: true }))
const main = { x: 0, y: 0, width: 1920, height: 1080 }
const right = { x: 1920, y: 0, width: 1280, height: 1024 }
const stored = { x: 2000, y: 100, width: 1000, height: 700, isMaximized: false, isFullScreen: false }

test.each([
  ['on its screen', stored, [main, right], true],
  ['its screen is gone', stored, [main], false],
  ['above the screen, where its title cannot be taken hold of', { ...stored, x: 10, y: -200 }, [main], false],
  ['all but its right edge outside', { ...stored, x: -980, y: 10 }, [main], false],
  ['half outside', { ...stored, x: -500, y: 10 }, [main], true],
  ['below', { ...stored, x: 10, y: 1070 }, [main], false],
])('%s', (_, state, screens, isKept) => {
  const { x, y, width, height } = state
  const found = stateFor(state, screens)
  expect(found.bounds).toEqual(isKept ? { x, y, width, height } : undefined)
  expect([found.width, found.height]).toEqual([width, height])
})

test('what was written down is read again; what is no state counts as none', async () => {
  const warnings: string[] = []
  const states = new WindowStates(folder, { warn: (text) => void warnings.push(text) })
  expect(states.read([main])).toEqual({ width: 1280, height: 820, isMaximized: false, isFullScreen: false })
  const window = Object.assign(new EventEmitter(), {
    getNormalBounds: () => ({ x: 5, y: 6, width: 900, height: 600 }),
    isMaximized: () => true,
    isFullScreen: () => false,
    isDestroyed: () => false,
  })
  states.follow(window)
  window.emit('close')
  await vi.waitFor(async () => expect(await readFile(join(folder, 'window.json'), 'utf8')).toContain('900'))
  expect(states.read([main])).toMatchObject({ bounds: { x: 5, y: 6, width: 900, height: 600 }, isMaximized: true })
  writeFileSync(join(folder, 'window.json'), '{"x": "left"}')
  expect(states.read([main]).bounds).toBeUndefined()
  expect(warnings).toEqual([])
})
