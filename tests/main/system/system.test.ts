// The application itself: settings that survive anything, its log, its folder, and what may be seen of the disk.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { dataFolder } from '../../../src/node/data-folder.ts'
import { fileLog, memoryLog } from '../../../src/main/log.ts'
import type { Log } from '../../../src/main/services/context.ts'
import { system } from '../../../src/main/services/system/index.ts'
import { defaultSettings } from '../../../src/shared/contract/system.ts'
import { namedRoots, usualRoots } from '../../../src/main/services/system/roots.ts'
import { EventHub } from '../../../src/main/transport/event-hub.ts'
import { AppError } from '../../../src/shared/errors.ts'
import type { Api } from '../../../src/shared/contract/index.ts'
import { calls } from '../../support/services.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'system-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let home = ''
let number = 0
beforeEach(() => {
  home = join(root, String(number++))
  mkdirSync(home)
})

function setting(roots: string[] = [], moreRoots?: string): { api: Api['system']; log: Log; heard: unknown[] } {
  const events = new EventHub()
  const heard: unknown[] = []
  events.listen(({ topic, payload }) => heard.push([topic, payload]))
  const log = memoryLog()
  const nobody = (): never => {
    throw new AppError('not-found', 'none')
  }
  const handlers = system({
    events,
    projects: { get: nobody, all: () => [], onOpened: () => undefined, onClosing: () => undefined },
    engine: { run: nobody, status: () => ({ state: 'idle', subject: null, lastHeartbeat: null }), close: () => Promise.resolve() },
    dataFolder: join(home, 'data'),
    roots,
    moreRoots,
    log,
  })
  return { api: calls('system', handlers), log, heard }
}

test('settings keep what was set and start from the defaults', async () => {
  const { api, heard } = setting()
  expect(await api.settings({})).toEqual(defaultSettings)
  const [one] = await Promise.all([api.updateSettings({ theme: 'dark' }), api.updateSettings({ shortcuts: { undo: 'ctrl+z' } })])
  expect(one).toEqual({ ...defaultSettings, theme: 'dark' })
  const both = { ...defaultSettings, theme: 'dark', shortcuts: { undo: 'ctrl+z' } }
  expect(heard).toEqual([
    ['system.settingsChanged', one],
    ['system.settingsChanged', both],
  ])
  expect(await setting().api.settings({})).toEqual(both)
  await expect(api.updateSettings({ theme: 'pink' as 'dark' })).rejects.toThrow()
})

test.each(['', '{"theme": "dark"', '[]', '{"theme": "pink"}', '{"unknown": 1}'])(
  'a settings file with %j is put aside, and said so',
  async (text) => {
    mkdirSync(join(home, 'data'))
    writeFileSync(join(home, 'data', 'settings.json'), text)
    const { api, log } = setting()
    expect(await api.settings({})).toEqual(defaultSettings)
    expect(log.tail(1)[0]).toMatch(/warn .*settings\.json: cannot be used/)
    const [kept] = readdirSync(join(home, 'data'))
    expect(kept).toMatch(/^settings\.broken-\d+\.json$/)
    expect(readFileSync(join(home, 'data', kept ?? ''), 'utf8')).toBe(text)
    expect(await api.updateSettings({ density: 'compact' })).toEqual({ ...defaultSettings, density: 'compact' })
  },
)

test('settings that a file of an older version lacks have their defaults', async () => {
  mkdirSync(join(home, 'data'))
  writeFileSync(join(home, 'data', 'settings.json'), '{"theme": "dark"}')
  expect(await setting().api.settings({})).toEqual({ ...defaultSettings, theme: 'dark' })
})

test.skipIf(process.platform === 'win32')('a folder is shown; on a Mac, one that may be a program is not started', async () => {
  const called = join(home, 'called')
  for (const name of ['open', 'xdg-open'])
    writeFileSync(join(home, name), `#!/bin/sh\nprintf '%s\\n' "$@" > '${called}'\n`, { mode: 0o755 })
  for (const name of ['plain', 'Tool.app']) mkdirSync(join(home, name))
  const { api } = setting([home])
  const { PATH } = process.env
  const platform = vi.spyOn(process, 'platform', 'get')
  onTestFinished(() => {
    platform.mockRestore()
    process.env.PATH = PATH
  })
  process.env.PATH = `${home}:${PATH ?? ''}`
  const shown = async (on: NodeJS.Platform, name: string): Promise<string[]> => {
    platform.mockReturnValue(on)
    await api.openFolder({ folder: join(home, name) })
    return readFileSync(called, 'utf8').trimEnd().split('\n')
  }
  expect(await shown('linux', 'Tool.app')).toEqual([join(home, 'Tool.app')])
  expect(await shown('darwin', 'plain')).toEqual([join(home, 'plain')])
  expect(await shown('darwin', 'Tool.app')).toEqual(['-R', join(home, 'Tool.app')])
})

test('version and health fit the contract', async () => {
  const { api } = setting()
  expect(await api.version({})).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    dataFolder: join(home, 'data'),
  })
  const { memory, engine, projects } = await api.health({})
  expect(memory.used).toBeGreaterThan(1e6)
  expect(memory.total).toBeGreaterThan(memory.free)
  expect({ engine, projects }).toEqual({ engine: { state: 'idle', subject: null, lastHeartbeat: null }, projects: 0 })
})

test('browsing stays inside the roots, wherever links lead', async () => {
  const outside = join(home, 'outside')
  const inside = join(home, 'inside')
  for (const folder of [outside, join(inside, 'birds 10'), join(inside, 'birds 9'), join(inside, 'project'), join(inside, '.hidden')])
    mkdirSync(folder, { recursive: true })
  for (const file of ['birds 9/a.JPG', 'birds 9/b.png', 'birds 9/notes.txt', 'project/project.db', 'model.onnx', 'movie.mp4'])
    writeFileSync(join(inside, file), '')
  symlinkSync(outside, join(inside, 'way out'))
  symlinkSync(join(inside, 'birds 9'), join(inside, 'again'))
  symlinkSync(join(inside, 'nowhere'), join(inside, 'dangling'))
  const { api } = setting([inside, join(home, 'not there')])
  expect(await api.browse({})).toEqual({ folder: null, parent: null, entries: [{ name: inside, path: inside, kind: 'folder', images: 0 }] })
  expect(await api.browse({ folder: inside })).toEqual({
    folder: inside,
    parent: null,
    entries: [
      { name: 'again', path: join(inside, 'birds 9'), kind: 'folder', images: 2 },
      { name: 'birds 9', path: join(inside, 'birds 9'), kind: 'folder', images: 2 },
      { name: 'birds 10', path: join(inside, 'birds 10'), kind: 'folder', images: 0 },
      { name: 'model.onnx', path: join(inside, 'model.onnx'), kind: 'file', images: null },
      { name: 'project', path: join(inside, 'project'), kind: 'project', images: 0 },
    ],
  })
  expect(await api.browse({ folder: join(inside, 'project') })).toMatchObject({ parent: inside, entries: [] })
  for (const folder of [outside, join(inside, '..'), `${inside}/../outside`, '/', join(home, 'nowhere'), `${inside}2`])
    await expect(api.browse({ folder }), folder).rejects.toMatchObject({ code: 'forbidden' })
  // What lies behind a link that leads out is not told from what is not there.
  for (const name of ['nowhere', 'way out', 'way out/nowhere', 'dangling'])
    await expect(api.browse({ folder: join(inside, name) }), name).rejects.toMatchObject({ code: 'not-found' })
  await expect(api.browse({ folder: 'inside' })).rejects.toMatchObject({ code: 'bad-option' })
})

test('the log keeps its files small, one entry a line, and never stops the work', () => {
  const log = fileLog(home, { limit: 2000, files: 3 })
  for (let i = 0; i < 100; i++) log.info(`entry ${i}\nof two lines`)
  log.error('it failed', new Error('outer', { cause: new Error('inner') }))
  const names = readdirSync(join(home, 'logs')).sort()
  expect(names).toEqual(['studio.1.log', 'studio.2.log', 'studio.log'])
  for (const name of names) expect(readFileSync(join(home, 'logs', name), 'utf8').length).toBeLessThan(4000)
  expect(readFileSync(join(home, 'logs', 'studio.log'), 'utf8')).toMatch(/error it failed\n {2}Error: outer[\s\S]*inner/)
  expect(log.tail(10_000).filter((line) => !line.startsWith('  ')).length).toBe(101)
  const nowhere = fileLog(join(home, 'logs', 'studio.log'))
  nowhere.warn('a file is in the way')
  expect(nowhere.tail(1)[0]).toMatch(/warn a file is in the way$/)
})

test('the data folder is where the platform keeps such things', ({ skip }) => {
  skip(process.platform === 'win32', 'Windows joins paths in its own way')
  expect(dataFolder({ SELF_TUNING_HOME: '/srv/studio', XDG_DATA_HOME: '/x' }, 'linux', '/home/a')).toBe('/srv/studio')
  expect(dataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/a')).toBe('/home/a/.local/share/self-tuning-studio')
  expect(dataFolder({ XDG_DATA_HOME: '/x' }, 'linux', '/home/a')).toBe('/x/self-tuning-studio')
  expect(dataFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/Self-Tuning Studio')
})

test('where drives appear is offered whether there is one or not; what is named must be there, or may come later', async () => {
  expect(usualRoots('linux', home, () => 'me')).toEqual([home, '/media', '/run/media/me', '/mnt'])
  const [here, later, file] = [join(home, 'here'), join(home, 'later'), join(home, 'file')]
  mkdirSync(here)
  writeFileSync(file, '')
  const warnings: string[] = []
  const unwarned = (line: string): never => expect.fail(line)
  const roots = namedRoots([here], ['', later, here].join(delimiter), (line) => warnings.push(line))
  expect(roots).toEqual([here, later, here])
  expect(warnings).toEqual([`SELF_TUNING_ROOTS: expected folders, found none at ${later}; once there, they can be chosen from`])
  expect(namedRoots([], undefined, unwarned)).toEqual([])
  expect(() => namedRoots([here, file], '', unwarned)).toThrow(`--root: expected a folder, found a file at ${file}`)
  expect(() => namedRoots([later], '', unwarned)).toThrow(`--root: expected a folder, found nothing that can be read at ${later}`)

  const { api } = setting(roots)
  const offered = async (): Promise<string[]> => (await api.browse({})).entries.map(({ path }) => path)
  expect(await offered()).toEqual([here])
  mkdirSync(later)
  expect(await offered()).toEqual([here, later])
})

test('a refusal says how more places are named, where they can be', async () => {
  const message = `/: expected a folder inside ${home}, found one outside`
  for (const [more, hint] of [
    [undefined, ''],
    ['serve --root', '; serve --root names more'],
  ] as const) {
    const { api } = setting([home], more)
    await expect(api.browse({ folder: '/' })).rejects.toMatchObject({ code: 'forbidden', message: message + hint })
    await expect(api.makeFolder({ parent: '/', name: 'new' })).rejects.toMatchObject({ code: 'forbidden', message: message + hint })
  }
})

test('a user whom the system has no name for has a home all the same', () => {
  const nameless = (): never => {
    throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ENOENT' })
  }
  expect(usualRoots('linux', home, nameless)[0]).toBe(home)
})
