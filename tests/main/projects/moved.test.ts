// A project whose folder was moved: what lies in it is found at its new place, whichever version wrote it down, and nothing of it goes.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { rememberedExports, rememberExport } from '../../../src/main/services/exports/remembered.ts'
import { images } from '../../../src/main/services/images/index.ts'
import { ProjectRegistry } from '../../../src/main/services/projects/registry.ts'
import type { OpenProject } from '../../../src/main/services/context.ts'
import { numberedJpegs } from '../../support/jpegs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { scanningEngine } from '../images/scanning-engine.ts'

const jpeg = await numberedJpegs(16)
const bench = testStudio(scanningEngine())
const root = realpathSync(mkdtempSync(join(tmpdir(), 'moved-')))
const registries: ProjectRegistry[] = []
afterAll(async () => {
  await Promise.all(registries.map((registry) => registry.closeAll()))
  rmSync(root, { recursive: true })
})
const used = 'a'.repeat(32)
const unused = 'b'.repeat(32)

/** The services as after a start of the program. */
function started() {
  const registry = new ProjectRegistry({ events: bench.studio.events, log: bench.studio.log })
  registries.push(registry)
  const trashed: string[] = []
  const service = images({ ...bench.studio, projects: registry }, (path) => {
    trashed.push(path)
    return Promise.resolve()
  })
  return { registry, trashed, api: calls('images', service) }
}

function put(folder: string, number: number): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${number}.jpg`), jpeg(number))
}

const exported = (folder: string) => ({ folder, run: 'r', format: 'onnx', at: new Date(0).toISOString(), parity: null })
const exports = (project: OpenProject): string[] => rememberedExports(project).map(({ folder }) => folder)

/** A closed project with images of its own, an upload, images elsewhere and two exports. */
async function makeProject(name: string): Promise<{ folder: string; elsewhere: string }> {
  const { registry, api } = started()
  const project = await registry.create(join(root, name))
  const elsewhere = join(root, `${name} photos`)
  const folders = [join(project.folder, 'images'), join(project.folder, 'uploads', used, 'holiday'), elsewhere]
  for (const [i, folder] of folders.entries()) {
    put(folder, i)
    expect((await bench.studio.tasks.wait((await api.import({ project: project.id, folder })).task)).state).toBe('done')
  }
  put(join(project.folder, 'uploads', unused), 9)
  for (const folder of [join(project.folder, 'exports', 'model'), join(root, `${name} export`)]) {
    mkdirSync(folder)
    rememberExport(project, exported(folder))
  }
  await registry.close(project.id)
  return { folder: project.folder, elsewhere }
}

/** Rewinds a closed project's database to what the version before wrote: whole paths only. */
function age(folder: string): void {
  const db = new DatabaseSync(join(folder, 'project.db'))
  const list = [exported(join(root, `${folder.slice(root.length + 1)} export`)), exported(join(folder, 'exports', 'model'))]
  db.prepare("UPDATE project SET value = ? WHERE key = 'exports'").run(JSON.stringify(list))
  db.exec('ALTER TABLE sources DROP COLUMN inside; PRAGMA user_version = 2')
  db.close()
}

/** Opens a project and expects all of it, at its place of now. */
async function expectWhole(folder: string, { name, elsewhere }: { name: string; elsewhere: string }): Promise<void> {
  const { registry, trashed, api } = started()
  utimesSync(join(folder, 'uploads', unused), 0, 0)
  const project = await registry.open(folder)
  const places = [join(folder, 'images'), join(folder, 'uploads', used, 'holiday'), elsewhere]
  expect((await api.sources({ project: project.id })).sources.map((source) => [source.folder, source.available])).toEqual(
    places.map((place) => [place, true]),
  )
  const { result } = await bench.studio.tasks.wait((await api.rescan({ project: project.id })).task)
  expect(result).toMatchObject({ found: 3, missing: 0, added: 0, moved: 0 })
  expect(exports(project)).toEqual([join(root, `${name} export`), join(folder, 'exports', 'model')])
  await expect.poll(() => trashed).toEqual([join(folder, 'uploads', unused)])
  expect(existsSync(join(folder, 'uploads', used, 'holiday', '1.jpg'))).toBe(true)
  await registry.close(project.id)
}

test('a project that was moved, and a copy of it, have all that lies in them', async () => {
  const { folder, elsewhere } = await makeProject('new')
  const [moved, copy] = [join(root, 'new moved'), join(root, 'new copy')]
  renameSync(folder, moved)
  cpSync(moved, copy, { recursive: true })
  for (const place of [moved, copy, moved]) await expectWhole(place, { name: 'new', elsewhere })
})

test('so has one that an older version wrote, also when the move to the new form was cut short', async () => {
  const { folder, elsewhere } = await makeProject('old')
  age(folder)
  const moved = join(root, 'old moved')
  renameSync(folder, moved)
  const db = join(moved, 'project.db')
  const sql = (text: string): void => {
    const raw = new DatabaseSync(db)
    raw.exec(text)
    raw.close()
  }
  // Ends like a kill does: at the second source, in the middle of what belongs together.
  sql("CREATE TRIGGER cut BEFORE UPDATE ON sources WHEN OLD.id = 2 BEGIN SELECT RAISE(ABORT, 'cut'); END")
  const { registry, trashed } = started()
  await expect(registry.open(moved)).rejects.toThrow('cut')
  expect(trashed).toEqual([])
  const raw = new DatabaseSync(db)
  expect(raw.prepare('SELECT folder FROM sources ORDER BY id').all()).toMatchObject([
    { folder: join(folder, 'images') },
    { folder: join(folder, 'uploads', used, 'holiday') },
    { folder: elsewhere },
  ])
  raw.close()
  sql('DROP TRIGGER cut')
  await expectWhole(moved, { name: 'old', elsewhere })
  expect(readdirSync(join(moved, 'backups')).filter((file) => file.startsWith('before-v3-'))).toHaveLength(1)
})

test('another folder of the same name inside is not taken for images that went away', async () => {
  const { folder, elsewhere } = await makeProject('other')
  age(folder)
  renameSync(elsewhere, join(root, 'away'))
  mkdirSync(join(folder, 'other photos'))
  writeFileSync(join(folder, 'other photos', '2.jpg'), 'another picture')
  const { registry, api } = started()
  const { id } = await registry.open(folder)
  expect((await api.sources({ project: id })).sources.map((source) => [source.folder, source.available])).toEqual([
    [join(folder, 'images'), true],
    [join(folder, 'uploads', used, 'holiday'), true],
    [elsewhere, false],
  ])
})

test('an export that is not there now is not forgotten', async () => {
  const { registry } = started()
  const project = await registry.create(join(root, 'exports'))
  const [drive, another] = [join(root, 'drive'), join(project.folder, 'exports', 'another')]
  mkdirSync(drive)
  rememberExport(project, exported(drive))
  renameSync(drive, `${drive} unplugged`)
  mkdirSync(another)
  rememberExport(project, exported(another))
  expect(exports(project)).toEqual([another])
  renameSync(`${drive} unplugged`, drive)
  expect(exports(project)).toEqual([another, drive])
})
