// Importing and scanning again, on the real engine: what comes, moves, changes, goes and comes back; labels and history.
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { ImageRow } from '../../../src/shared/contract/images.ts'
import type { ImportReport } from '../../../src/shared/contract/task-results.ts'
import { images as service } from '../../../src/main/services/images/index.ts'
import { history, undo } from '../../../src/main/services/history/replay.ts'
import { numberedJpegs } from '../../support/jpegs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { scanningEngine } from './scanning-engine.ts'

const jpeg = await numberedJpegs(16)
const bench = testStudio(scanningEngine())
const { project } = bench
const images = calls('images', service(bench.studio))
let photos = ''
let test_ = 0

beforeEach(() => {
  photos = join(bench.folder, `photos-${test_++}`)
  mkdirSync(photos)
  for (const table of ['changes', 'actions', 'images', 'sources', 'classes']) project.db.run(`DELETE FROM ${table}`)
})

function put(path: string, content: number | string): void {
  mkdirSync(dirname(join(photos, path)), { recursive: true })
  writeFileSync(join(photos, path), typeof content === 'number' ? jpeg(content) : content)
}

async function report(started: Promise<{ task: string }>): Promise<ImportReport> {
  const { result, error } = await bench.ended(started)
  if (result?.kind !== 'import' && result?.kind !== 'rescan') throw new Error(`expected a report, found ${error?.message ?? 'none'}`)
  return result
}

const take = (labels = true): Promise<ImportReport> => report(images.import({ project: project.id, folder: photos, labels }))
const rescan = (): Promise<ImportReport> => report(images.rescan({ project: project.id }))

async function rows(): Promise<ImageRow[]> {
  return (await images.list({ project: project.id })).images
}

/** path -> "id state class". */
async function table(): Promise<Record<string, string>> {
  const names = new Map(project.db.all<{ id: number; name: string }>('SELECT id, name FROM classes').map(({ id, name }) => [id, name]))
  const first = Math.min(...(await rows()).map(({ id }) => id))
  return Object.fromEntries(
    (await rows()).map(({ id, path, state, class: label }) => [
      path,
      `${id - first} ${state} ${label === null ? '-' : (names.get(label) ?? '?')}`,
    ]),
  )
}

test('labels and splits of the layout are one action, with classes made as needed', async () => {
  put('train/cat/a.jpg', 1)
  put('train/dog/b.jpg', 2)
  put('val/dog/c.jpg', 3)
  put('val/dog/copy.jpg', 3)
  put('notes.md', 'x')
  const found = await take()
  expect(found).toMatchObject({ kind: 'import', layout: 'split-class-folders', found: 4, added: 4, labelled: 4, classes: 2, skipped: 1 })
  expect(found).toMatchObject({ duplicates: 1, formats: { jpeg: 4 }, shortSide: { smallest: 16, largest: 16 }, moved: 0, unreadable: 0 })
  expect((await rows()).map(({ split, width }) => [split, width])).toEqual([
    ...Array<unknown>(2).fill(['train', 16]),
    ...Array<unknown>(2).fill(['validation', 16]),
  ])
  expect(history(project.db, 0, 10).actions).toMatchObject([{ kind: 'import', images: 4, undone: false }])
  expect(bench.events.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['images.changed', 'labels.changed', 'splits.changed', 'classes.changed']),
  )

  undo(bench.studio, project)
  expect(Object.values(await table())).toEqual(['0 present -', '1 present -', '2 present -', '3 present -'])
  expect(project.db.all('SELECT * FROM classes')).toEqual([])
  // What was taken back stays away; new files are labelled.
  put('train/cat/new.jpg', 4)
  const latest = await rescan()
  expect(latest).toMatchObject({ kind: 'rescan', added: 1, labelled: 1 })
  expect((await images.sources({ project: project.id })).sources).toMatchObject([{ folder: photos, report: latest }])
  expect((await table())['train/cat/new.jpg']).toBe('4 present cat')
})

test('a rescan reads nothing that has not changed and changes nothing', async () => {
  put('a.jpg', 1)
  put('b.png', 'no image')
  await take()
  const before = await rows()
  // Read again, it would count as changed.
  const { modifiedAt } = await images.get({ project: project.id, image: before[0]?.id ?? 0 })
  writeFileSync(join(photos, 'a.jpg'), jpeg(2))
  utimesSync(join(photos, 'a.jpg'), new Date(modifiedAt), new Date(modifiedAt))
  expect(await rescan()).toMatchObject({ found: 2, added: 0, moved: 0, changed: 0, missing: 0, unreadable: 1 })
  expect(await rows()).toEqual(before)
})

test('moved files keep id and label, however they moved', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  put('dog/c.jpg', 3)
  await take()
  mkdirSync(join(photos, 'deep/er'), { recursive: true })
  renameSync(join(photos, 'cat/a.jpg'), join(photos, 'dog/renamed.jpg'))
  renameSync(join(photos, 'dog/b.jpg'), join(photos, 'deep/er/b.jpg'))
  expect(await rescan()).toMatchObject({ moved: 2, added: 0, missing: 0, found: 3 })
  expect(await table()).toEqual({ 'deep/er/b.jpg': '1 present dog', 'dog/c.jpg': '2 present dog', 'dog/renamed.jpg': '0 present cat' })
})

test('files sorted into folders get their labels, once', async () => {
  put('a.jpg', 1)
  put('b.jpg', 2)
  await take()
  mkdirSync(join(photos, 'cat'))
  renameSync(join(photos, 'a.jpg'), join(photos, 'cat/a.jpg'))
  expect(await rescan()).toMatchObject({ moved: 1, labelled: 1 })
  expect(await table()).toEqual({ 'b.jpg': '1 present -', 'cat/a.jpg': '0 present cat' })
})

test('a file that moves to another source takes its label along, though its old source has not been scanned', async () => {
  put('one/cat/a.jpg', 1)
  put('one/dog/b.jpg', 2)
  put('two/c.jpg', 3)
  await report(images.import({ project: project.id, folder: join(photos, 'one') }))
  await report(images.import({ project: project.id, folder: join(photos, 'two') }))
  renameSync(join(photos, 'one/cat/a.jpg'), join(photos, 'two/a.jpg'))
  expect(await report(images.import({ project: project.id, folder: join(photos, 'two') }))).toMatchObject({ moved: 1, added: 0 })
  expect(await table()).toEqual({ 'a.jpg': '0 present cat', 'c.jpg': '2 present -', 'dog/b.jpg': '1 present dog' })
  const { sources } = await images.sources({ project: project.id })
  expect(sources.map((source) => source.images)).toEqual([1, 2])
})

test('of several copies that are missing, the one with the same name has moved', async () => {
  put('cat/x.jpg', 1)
  put('dog/y.jpg', 1)
  put('z.jpg', 2)
  await take()
  mkdirSync(join(photos, 'new'))
  renameSync(join(photos, 'dog/y.jpg'), join(photos, 'new/y.jpg'))
  rmSync(join(photos, 'cat/x.jpg'))
  await rescan()
  expect(await table()).toEqual({ 'cat/x.jpg': '0 missing cat', 'new/y.jpg': '1 present dog', 'z.jpg': '2 present -' })
})

test('new content under a label is to be confirmed; without a label it is taken as it is', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  put('c.jpg', 3)
  await take()
  put('cat/a.jpg', 11)
  put('c.jpg', 13)
  expect(await rescan()).toMatchObject({ changed: 2, added: 0, missing: 0 })
  expect(await table()).toEqual({ 'c.jpg': '0 present -', 'cat/a.jpg': '1 changed cat', 'dog/b.jpg': '2 present dog' })
  // Still to be confirmed after another look.
  utimesSync(join(photos, 'cat/a.jpg'), 1, 1)
  await rescan()
  expect((await table())['cat/a.jpg']).toBe('1 changed cat')
})

test('what goes is missing, what comes back is there again with its label', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  await take()
  renameSync(join(photos, 'cat'), join(bench.folder, 'elsewhere'))
  expect(await rescan()).toMatchObject({ missing: 1, found: 1 })
  expect((await table())['cat/a.jpg']).toBe('0 missing cat')
  renameSync(join(bench.folder, 'elsewhere'), join(photos, 'cat'))
  expect(await rescan()).toMatchObject({ missing: 0, added: 0, moved: 0, found: 2 })
  expect((await table())['cat/a.jpg']).toBe('0 present cat')

  renameSync(photos, `${photos}-away`)
  expect(await rescan()).toMatchObject({ missing: 2, found: 0 })
  expect((await images.sources({ project: project.id })).sources).toMatchObject([{ available: false, images: 2 }])
  renameSync(`${photos}-away`, photos)
  await rescan()
  expect(await table()).toEqual({ 'cat/a.jpg': '0 present cat', 'dog/b.jpg': '1 present dog' })
})

test('excluded images stay out, wherever they move, until they are included', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  await take()
  const first = (await rows())[0]?.id ?? 0
  expect(await images.exclude({ project: project.id, selection: { images: [first] } })).toEqual({ images: 1 })
  expect(bench.events.at(-1)).toMatchObject({ topic: 'images.changed', payload: { images: [first], membership: true } })
  renameSync(join(photos, 'cat/a.jpg'), join(photos, 'dog/a.jpg'))
  expect(await rescan()).toMatchObject({ moved: 1, found: 1, added: 0 })
  expect(Object.keys(await table())).toEqual(['dog/b.jpg'])
  expect(await images.include({ project: project.id })).toEqual({ images: 1 })
  expect((await table())['dog/a.jpg']).toBe('0 present cat')
})

test('labels can be left out, and then a rescan leaves them out too', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  expect(await take(false)).toMatchObject({ layout: 'none', labelled: 0, classes: 0 })
  put('dog/c.jpg', 3)
  expect(await rescan()).toMatchObject({ added: 1, labelled: 0 })
})

test('rights that are taken and given back', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no such rights')
  skip(process.getuid?.() === 0, 'the superuser may read everything')
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  await take()
  chmodSync(join(photos, 'cat/a.jpg'), 0)
  utimesSync(join(photos, 'cat/a.jpg'), 5, 5)
  await rescan()
  expect((await table())['cat/a.jpg']).toBe('0 unreadable cat')
  chmodSync(join(photos, 'cat/a.jpg'), 0o644)
  await rescan()
  expect((await table())['cat/a.jpg']).toBe('0 present cat')
})

test('folders inside or around a source are refused, links to it are the source', async () => {
  put('cat/a.jpg', 1)
  put('dog/b.jpg', 2)
  await take()
  await expect(images.import({ project: project.id, folder: join(photos, 'cat') })).rejects.toMatchObject({ code: 'conflict' })
  await expect(images.import({ project: project.id, folder: bench.folder })).rejects.toMatchObject({ code: 'conflict' })
  symlinkSync(photos, `${photos}-link`)
  await report(images.import({ project: project.id, folder: `${photos}-link` }))
  expect((await images.sources({ project: project.id })).sources).toHaveLength(1)
  expect(await rows()).toHaveLength(2)
})

test('what is no folder of images says so and leaves nothing behind', async () => {
  const refused = (folder: string): Promise<unknown> => images.import({ project: project.id, folder })
  await expect(refused(join(photos, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(refused('relative')).rejects.toMatchObject({ code: 'bad-option' })
  put('x.docx', 'x')
  await expect(refused(join(photos, 'x.docx'))).rejects.toThrow('x.docx: expected a folder, found a file')
  const { state, error } = await bench.ended(images.import({ project: project.id, folder: photos }))
  expect([state, error?.message]).toEqual([
    'failed',
    `${photos}: expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF), found none among 1 files (e.g. x.docx: not an image (.docx))`,
  ])
  expect((await images.sources({ project: project.id })).sources).toEqual([])
})

test("the project's own pictures are no images", async () => {
  const home = project.folder
  mkdirSync(join(home, 'thumbnails/ab'), { recursive: true })
  mkdirSync(join(home, 'samples'))
  writeFileSync(join(home, 'thumbnails/ab/1.jpg'), jpeg(1))
  writeFileSync(join(home, 'samples/2.jpg'), jpeg(2))
  await report(images.import({ project: project.id, folder: home }))
  expect((await rows()).map(({ path }) => path)).toEqual(['samples/2.jpg'])
  rmSync(join(home, 'samples'), { recursive: true })
})
