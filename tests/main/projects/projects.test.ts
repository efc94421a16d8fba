// Projects from making to deleting, as a caller of the services sees them.
import { fork } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { mkdtempSync, realpathSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { besideOf } from '../../../src/node/files.ts'
import { memoryLog } from '../../../src/main/log.ts'
import type { Log, OpenProject } from '../../../src/main/services/context.ts'
import { projects } from '../../../src/main/services/projects/index.ts'
import { ProjectRegistry } from '../../../src/main/services/projects/registry.ts'
import { EventHub } from '../../../src/main/transport/event-hub.ts'
import type { Trash } from '../../../src/main/trash.ts'
import type { Api } from '../../../src/shared/contract/index.ts'
import { calls, testStudio } from '../../support/services.ts'

const { studio } = testStudio()
const root = realpathSync(mkdtempSync(join(tmpdir(), 'projects-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let home = ''
let number = 0
const running: ProjectRegistry[] = []
afterAll(async () => Promise.all(running.map((registry) => registry.closeAll())))
beforeEach(() => {
  home = join(root, String(number++))
  mkdirSync(home)
})

interface Setting {
  readonly api: Api['projects']
  readonly registry: ProjectRegistry
  readonly heard: { topic: string; payload: unknown }[]
  readonly log: Log
}

function setting(trash?: Trash): Setting {
  const events = new EventHub()
  const heard: Setting['heard'] = []
  events.listen(({ topic, payload }) => heard.push({ topic, payload }))
  const log = memoryLog()
  const registry = new ProjectRegistry({ events, log, lookEvery: 20, ...(trash && { trash }) })
  running.push(registry)
  const handlers = projects({ ...studio, projects: registry, dataFolder: join(home, 'data'), projectsFolder: join(home, 'projects'), log })
  return { api: calls('projects', handlers), registry, heard, log }
}

function addClass({ db, touch }: OpenProject, name: string): number {
  return db.transaction(() => {
    db.run('INSERT INTO classes (name, colour, position) VALUES (?, ?, 0)', name, '#000000')
    return touch()
  })
}

test('a project is made, found again, renamed and known to the next start', async () => {
  const { api, registry, heard } = setting()
  const folder = join(home, 'Birds', 'of prey')
  const made = await api.create({ folder })
  expect(made).toMatchObject({ name: 'of prey', folder, images: 0, labelled: 0, classes: 0, revision: 0 })
  expect(readdirSync(folder).sort()).toEqual(['backups', 'exports', 'project.db', 'project.db-wal', 'runs', 'thumbnails'])
  symlinkSync(folder, join(home, 'link'))
  expect(await api.open({ folder: join(home, 'link') })).toEqual(made)
  expect(await api.rename({ project: made.id, name: ' Raptors ' })).toEqual({ ...made, name: 'Raptors' })
  expect(heard).toEqual([{ topic: 'projects.changed', payload: { project: { ...made, name: 'Raptors' } } }])
  addClass(registry.get(made.id), 'kite')
  expect(await api.list({})).toEqual({ projects: [{ ...made, name: 'Raptors', classes: 1, revision: 1 }] })
  await api.close({ project: made.id })
  expect(heard.at(-1)).toEqual({ topic: 'projects.closed', payload: { project: made.id, folder, reason: 'closed' } })
  await expect(api.get({ project: made.id })).rejects.toMatchObject({ code: 'not-found' })
  expect(readdirSync(join(folder, 'backups'))).toHaveLength(1)

  const next = setting().api
  expect((await next.recent({})).projects).toMatchObject([{ folder, name: 'Raptors', available: true, opened: null }])
  expect(await next.open({ folder })).toEqual({ ...made, name: 'Raptors', classes: 1, revision: 1 })
  expect((await next.recent({})).projects).toMatchObject([{ folder, opened: { id: made.id, samples: [] } }])
  await next.forget({ folder })
  expect(await next.recent({})).toEqual({ projects: [] })
})

test('a folder with something in it is refused by name and left as it is', async () => {
  const { api } = setting()
  const folder = join(home, 'photos')
  mkdirSync(folder)
  for (const name of ['b.jpg', 'a.jpg', 'c.jpg', 'd\n.jpg', '.DS_Store']) writeFileSync(join(folder, name), '')
  await expect(api.create({ folder })).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('a.jpg, b.jpg, c.jpg and 1 more') as string,
  })
  expect(readdirSync(folder)).toHaveLength(5)
  await expect(api.open({ folder })).rejects.toMatchObject({ code: 'not-found' })
  await expect(api.open({ folder: join(home, 'nowhere') })).rejects.toMatchObject({ code: 'not-found' })
  await expect(api.create({ folder: 'relative' })).rejects.toMatchObject({ code: 'bad-option' })
  await expect(api.create({ folder: join(folder, 'a.jpg') })).rejects.toMatchObject({ code: 'no-access' })
  const { folder: made } = await api.create({ folder: join(home, 'made') })
  await expect(api.create({ folder: made })).rejects.toMatchObject({ code: 'bad-data' })
})

test('changes are announced a few times a second, the last one always, and none that was undone', async () => {
  const { api, registry, heard } = setting()
  const { id } = await api.create({ folder: join(home, 'project') })
  const project = registry.get(id)
  const end = Date.now() + 700
  let changes = 0
  while (Date.now() < end) {
    addClass(project, `class ${changes++}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ payload: { project: { revision: changes } } }))
  expect(heard.length).toBeGreaterThan(2)
  expect(heard.length).toBeLessThan(7)
  const before = heard.length
  expect(() =>
    project.db.transaction(() => {
      project.touch()
      throw new Error('no')
    }),
  ).toThrow('no')
  await new Promise((resolve) => setTimeout(resolve, 250))
  expect(heard).toHaveLength(before)
})

test('whoever uses a project is told when it opens and asked to end before it closes', async () => {
  const { api, registry, log } = setting()
  const told: string[] = []
  registry.onOpened(({ id }) => told.push(`opened ${id}`))
  registry.onOpened(() => {
    throw new Error('not my day')
  })
  registry.onClosing(async (project) => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    told.push(`closing ${project.id} ${addClass(registry.get(project.id), 'last')}`)
  })
  registry.onClosing(() => Promise.reject(new Error('nor mine')))
  const { id, folder } = await api.create({ folder: join(home, 'project') })
  const again = api.close({ project: id }).then(() => api.open({ folder }))
  expect((await again).classes).toBe(1)
  expect(told).toEqual([`opened ${id}`, `closing ${id} 1`, `opened ${id}`])
  expect(log.tail(1000).join('\n')).toMatch(/not my day[\s\S]*nor mine/)
})

test('a copy of an open project is a project of its own', async () => {
  const { api } = setting()
  const one = await api.create({ folder: join(home, 'one') })
  await api.close({ project: one.id })
  cpSync(one.folder, join(home, 'two'), { recursive: true })
  await api.open({ folder: one.folder })
  const two = await api.open({ folder: join(home, 'two') })
  expect(two.id).not.toBe(one.id)
  await api.close({ project: two.id })
  expect((await api.open({ folder: two.folder })).id).toBe(two.id)
})

test('a second process is refused in one line; a killed one leaves the project free', async () => {
  const { api } = setting()
  const { id, folder } = await api.create({ folder: join(home, 'project') })
  await api.close({ project: id })
  const owner = fork(join(import.meta.dirname, 'owner.ts'), [join(folder, 'project.db')], { stdio: 'inherit' })
  try {
    await once(owner, 'message')
    const refusal = { code: 'in-use', message: expect.stringMatching(/^[^\n]*open in another window[^\n]*$/) as string }
    const calls = [api.open({ folder }), api.check({ folder }), api.repair({ folder })]
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(refusal)))
  } finally {
    owner.kill('SIGKILL')
  }
  await once(owner, 'exit')
  // What the owner had committed is there: it was still in the log.
  expect(await api.open({ folder })).toMatchObject({ id, classes: 1 })
})

test('what a killed one left half-written goes when the project is opened', async () => {
  const { registry } = setting()
  const project = await registry.create(join(home, 'p'))
  const { folder } = project
  const halves = ['backups/daily-1.db', 'exports/model', 'runs/1'].map((name) => join(folder, besideOf(name)))
  for (const half of halves) mkdirSync(half, { recursive: true })
  const others = ['exports/model', 'exports/.mine', 'runs/1'].map((name) => join(folder, name))
  for (const other of others) mkdirSync(other)
  expect(await registry.open(folder)).toBe(project)
  expect(halves.filter(existsSync)).toEqual(halves)
  await registry.close(project.id)
  await registry.open(folder)
  expect(halves.filter(existsSync)).toEqual([])
  expect(others.filter(existsSync)).toEqual(others)
})

test('a folder that goes away closes its project, and can be opened when it is back', async () => {
  const { api, registry, heard } = setting()
  const { id, folder } = await api.create({ folder: join(home, 'stick', 'project') })
  const project = registry.get(id)
  addClass(project, 'before')
  renameSync(join(home, 'stick'), join(home, 'away'))
  await expect(api.get({ project: id })).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(folder) as string })
  expect(() => addClass(project, 'lost')).toThrow(expect.objectContaining({ code: 'not-found' }))
  await vi.waitFor(() =>
    expect(heard.at(-1)).toEqual({ topic: 'projects.closed', payload: { project: id, folder, reason: 'folder-gone' } }),
  )
  await expect(api.open({ folder })).rejects.toMatchObject({ code: 'not-found' })
  expect((await api.recent({})).projects).toMatchObject([{ folder, available: false, opened: null }])
  renameSync(join(home, 'away'), join(home, 'stick'))
  expect(await api.open({ folder })).toMatchObject({ id, classes: 1, revision: 1 })
  // Nobody calls anything: it is noticed all the same.
  renameSync(join(home, 'stick'), join(home, 'away'))
  await vi.waitFor(() => expect(heard.filter(({ topic }) => topic === 'projects.closed')).toHaveLength(2))
})

test('deleting moves the folder to the trash, or gives it another name where there is none', async () => {
  const bin = join(home, 'bin')
  const { api, heard } = setting((path) => Promise.resolve(renameSync(path, bin)))
  const one = await api.create({ folder: join(home, 'one') })
  await api.delete({ project: one.id })
  expect(existsSync(join(bin, 'project.db'))).toBe(true)
  expect(heard.at(-1)).toMatchObject({ topic: 'projects.closed', payload: { reason: 'deleted' } })
  expect(await api.recent({})).toEqual({ projects: [] })

  const without = setting(() => Promise.reject(new Error('no trash on this drive')))
  const two = await without.api.create({ folder: join(home, 'two') })
  await without.api.delete({ project: two.id })
  const [kept] = readdirSync(home).filter((name) => name.startsWith('two.deleted-'))
  expect(await without.api.open({ folder: join(home, kept ?? '') })).toMatchObject({ id: two.id })
})

test('check and repair: from what can be read, and from a backup', async () => {
  const { api, registry, heard } = setting()
  const { id, folder } = await api.create({ folder: join(home, 'project') })
  addClass(registry.get(id), 'kept')
  expect(await api.check({ folder })).toMatchObject({ whole: true, problems: [], backups: [] })
  await api.close({ project: id })
  const file = join(folder, 'project.db')
  truncateSync(file, readFileSync(file).length - 4096)
  const damaged = readFileSync(file)
  await expect(api.open({ folder })).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining('repair') as string })
  const { whole, problems, backups } = await api.check({ folder })
  expect({ whole, problems: problems.length, backups: backups.length }).toEqual({ whole: false, problems: 1, backups: 1 })
  expect(readFileSync(file)).toEqual(damaged)
  await expect(api.repair({ folder, backup: '../../etc/passwd' })).rejects.toMatchObject({ code: 'not-found' })
  expect(await api.repair({ folder })).toMatchObject({ id, classes: 1 })
  const [beside] = readdirSync(folder).filter((name) => name.startsWith('project.damaged-'))
  expect(readFileSync(join(folder, beside ?? ''))).toEqual(damaged)

  addClass(registry.get(id), 'after')
  const back = await api.repair({ folder, backup: backups[0]?.file })
  expect(back).toMatchObject({ id, classes: 1 })
  expect(heard.at(-1)).toMatchObject({ topic: 'projects.closed', payload: { project: id, reason: 'closed' } })
  expect(await api.check({ folder })).toMatchObject({ whole: true })

  await api.close({ project: id })
  rmSync(file)
  await expect(api.open({ folder })).rejects.toMatchObject({ code: 'not-found' })
  expect(await api.check({ folder })).toMatchObject({ whole: false })
  await expect(api.repair({ folder })).rejects.toMatchObject({ code: 'bad-data' })
  expect(existsSync(file)).toBe(false)
  expect(await api.repair({ folder, backup: backups[0]?.file })).toMatchObject({ id, classes: 1 })
})

test('a project of a folder of images gets a free place by its name, unless there is one of them', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no folder of such a name')
  const { api, registry } = setting()
  const images = join(home, 'Birds: all')
  mkdirSync(images)
  const places = join(home, 'projects')
  const first = { folder: join(places, 'Birds_ all'), name: 'Birds_ all', existing: null, isProject: false }
  expect(await api.propose({ images })).toEqual(first)
  mkdirSync(join(places, 'birds'), { recursive: true })
  writeFileSync(join(places, 'birds 2'), '')
  expect(await api.propose({ images, name: 'birds' })).toEqual({ ...first, folder: join(places, 'birds 3'), name: 'birds' })
  expect(await api.propose({})).toEqual({ ...first, folder: join(places, 'Project'), name: 'Project' })
  expect(await api.propose({ name: '../x' })).toMatchObject({ folder: join(places, '_._x') })
  await expect(api.propose({ images: join(home, 'nowhere') })).rejects.toMatchObject({ code: 'not-found' })

  const { id, folder } = await api.create({ folder: first.folder })
  registry.get(id).db.run('INSERT INTO sources (folder) VALUES (?)', images)
  symlinkSync(images, join(home, 'link'))
  expect(await api.propose({ images: join(home, 'link') })).toMatchObject({ folder: `${folder} 2`, existing: folder, isProject: false })
  symlinkSync(folder, join(home, 'way'))
  expect(await api.propose({ images: join(home, 'way') })).toMatchObject({ existing: folder, isProject: true })
  await api.close({ project: id })
  const later = setting().api
  expect(await later.propose({ images })).toMatchObject({ existing: folder })
  expect((await later.propose({ images: folder })).existing).toBe(folder)
  expect((await later.propose({ images: home })).existing).toBe(null)
  rmSync(folder, { recursive: true })
  expect(await later.propose({ images })).toEqual(first)
})
