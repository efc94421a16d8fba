// Service `labels`: what a call changes, announces and keeps; imports and exports of tables and folders.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import fc from 'fast-check'
import type { Engine } from '../../../src/main/services/context.ts'
import { classes } from '../../../src/main/services/classes/index.ts'
import { fromCell, toCell } from '../../../src/shared/csv.ts'
import { labels } from '../../../src/main/services/labels/index.ts'
import { FreeNames, safeName } from '../../../src/main/services/labels/safe-name.ts'
import { addClasses, addImages } from '../../support/tiny-project.ts'
import { calls, testStudio } from '../../support/services.ts'

/** Answers a scan with these files. */
let scanned: { path: string; class: string | null; split: 'train' | 'test' | null; hash: string | null }[] = []
const engine: Engine = {
  run: (_request, { onEvent }) => {
    onEvent?.({ event: 'scan', layout: 'class-folders', classes: [], images: scanned.length, bytes: 0 })
    const rest = { bytes: 1, modifiedAt: 0, format: 'jpeg', width: 1, height: 1, problem: null }
    onEvent?.({ event: 'files', same: [], read: scanned.map((file) => ({ ...file, ...rest })) })
    return Promise.resolve({ job: 'scan', images: scanned.length, skipped: 0, seconds: 0 } as never)
  },
  status: () => ({ state: 'idle', subject: null, lastHeartbeat: null }),
  close: () => Promise.resolve(),
}
const { studio, project: open, folder, events, ended } = testStudio(engine)
const label = calls('labels', labels(studio))
const classOf = calls('classes', classes(studio))
const project = open.id
const pictures = join(folder, 'pictures')
mkdirSync(join(pictures, 'sub'), { recursive: true })
const names = ['a.jpg', 'b.jpg', 'sub/a.jpg', 'sub/=1+1.jpg', 'sub/line\nbreak, "quoted".jpg']
for (const name of names) writeFileSync(join(pictures, name), name)
const ids = addImages(open, pictures, names)
const [a = 0, b = 0, subA = 0, formula = 0, odd = 0] = ids
const [cat = 0, dog = 0] = addClasses(open, ['cat', 'dog'])

function labelsNow(): (string | null)[] {
  const rows = open.db.all<{ name: string | null }>('SELECT name FROM images LEFT JOIN classes ON classes.id = class ORDER BY images.id')
  return rows.map(({ name }) => name)
}

async function undoAll(): Promise<void> {
  while ((await label.undo({ project })).action !== null);
}

function topics(): string[] {
  return events.splice(0).flatMap(({ topic, payload }) => {
    const { images } = payload as { images?: number[] | null }
    return topic.startsWith('tasks') ? [] : [images === undefined ? topic : `${topic} ${JSON.stringify(images)}`]
  })
}

test('labels are assigned, announced, kept and taken back; what is so already is no action', async () => {
  topics()
  expect(await label.assign({ project, selection: { images: [a, b] }, class: cat })).toMatchObject({ images: 2 })
  expect(await label.assign({ project, selection: { images: [a, b, subA] }, class: cat })).toMatchObject({ images: 1 })
  expect(await label.assign({ project, selection: { images: [a] }, class: cat })).toMatchObject({ images: 0 })
  expect(topics()).toEqual([`labels.changed [${a},${b}]`, `labels.changed [${subA}]`])
  expect(await label.clear({ project, selection: { filter: { text: 'sub/' } } })).toMatchObject({ images: 1 })
  const { actions, total, canRedo } = await label.history({ project, limit: 2 })
  expect(actions.map(({ kind, subject, images, undone }) => ({ kind, subject, images, undone }))).toEqual([
    { kind: 'clear', subject: null, images: 1, undone: false },
    { kind: 'assign', subject: 'cat', images: 1, undone: false },
  ])
  expect({ total, canRedo }).toEqual({ total: 3, canRedo: false })
  const [cleared, assigned] = actions.map(({ id }) => id)
  await expect(label.undo({ project, action: assigned })).rejects.toThrow(
    `action ${assigned}: expected it to be the latest, found ${cleared}`,
  )
  expect((await label.undo({ project, action: cleared })).action).toMatchObject({ kind: 'clear', undone: true })
  await expect(label.undo({ project, action: cleared })).rejects.toThrow('expected it to be the latest')
  expect(labelsNow()).toEqual(['cat', 'cat', 'cat', null, null])
  await label.undo({ project })
  expect((await label.redo({ project })).action).toMatchObject({ kind: 'assign', undone: false })
  await undoAll()
  expect(labelsNow()).toEqual([null, null, null, null, null])
  expect(await label.history({ project })).toMatchObject({ canUndo: false, canRedo: true })
})

test('images that the project does not have are refused by name, and nothing is changed', async () => {
  const before = await label.history({ project })
  const selection = { images: [a, 98765, 98764] }
  for (const change of [label.assign({ project, selection, class: cat }), label.clear({ project, selection })])
    await expect(change).rejects.toMatchObject({ code: 'not-found', message: 'image 98765: expected an image of the project, found none' })
  expect(await label.history({ project })).toEqual(before)
})

test('a class that is not there and a project that is not open are refused', async () => {
  await expect(label.assign({ project, selection: { images: [a] }, class: 999 })).rejects.toThrow(
    'class 999: expected a class of the project, found none',
  )
  await expect(label.undo({ project: 'b1f7c1de-9d0b-4c57-8d0a-2f6a7a3f0f11' })).rejects.toThrow('expected an open project')
})

test('a label given anew confirms a changed file, and undo says again that it had changed', async () => {
  await label.assign({ project, selection: { images: [a, b] }, class: cat })
  open.db.run("UPDATE images SET state = 'changed' WHERE id IN (?, ?)", a, b)
  topics()
  expect(await label.assign({ project, selection: { images: [a, b] }, class: cat })).toMatchObject({ images: 2 })
  expect(topics()).toEqual([`images.changed [${a},${b}]`])
  const state = (id: number): unknown => open.db.get<{ state: string }>('SELECT state FROM images WHERE id = ?', id)?.state
  expect(state(a)).toBe('present')
  // Its file has gone meanwhile: undo of a label does not bring it back.
  open.db.run("UPDATE images SET state = 'missing' WHERE id = ?", b)
  await label.undo({ project })
  expect([state(a), state(b)]).toEqual(['changed', 'missing'])
  open.db.run("UPDATE images SET state = 'present'")
  await undoAll()
})

test('a table is imported by path, by name and by what was exported; labels that are there stay unless they shall be replaced', async () => {
  await label.assign({ project, selection: { images: [a] }, class: dog })
  const csv = join(folder, 'labels.csv')
  writeFileSync(csv, '\uFEFFFile Name;Species;set\r\na.jpg;cat;train\r\npictures/sub/a.jpg;Bird;test\r\nb;BIRD;\r\nnowhere.jpg;cat;\r\n')
  const task = await ended(label.import({ project, path: csv }))
  expect(task.result).toEqual({
    kind: 'import-labels',
    labelled: 2,
    unchanged: 1,
    newClasses: ['Bird'],
    unknown: ['labels.csv, line 5: nowhere.jpg'],
    unknownCount: 1,
  })
  expect(labelsNow()).toEqual(['dog', 'Bird', 'Bird', null, null])
  expect((await ended(label.import({ project, path: csv, replace: true }))).result).toMatchObject({ labelled: 1 })
  expect(labelsNow()).toEqual(['cat', 'Bird', 'Bird', null, null])
  await label.undo({ project })
  await label.undo({ project })
  expect(labelsNow()).toEqual(['dog', null, null, null, null])
  expect((await classOf.list({ project })).classes.map(({ name }) => name)).toEqual(['cat', 'dog'])
  await undoAll()
})

test('a table without a header may tell something else in its third column, and rows may end early', async () => {
  const csv = join(folder, 'notes.csv')
  writeFileSync(csv, 'b.jpg,cat,blurred\npictures/sub/a.jpg,dog\n')
  expect((await ended(label.import({ project, path: csv }))).result).toMatchObject({ labelled: 2, unknownCount: 0 })
  expect(open.db.all('SELECT id FROM images WHERE split IS NOT NULL')).toEqual([])
  await undoAll()
})

test.each([
  ['path,label\nb.jpg,cat\nb.jpg,dog\n', "bad.csv, line 3: expected the label 'cat' as in bad.csv, line 2, found 'dog'"],
  ['path,label,split\nb.jpg,cat,holdout\n', "bad.csv: line 2: expected train, validation or test as the split, found 'holdout'"],
  ['path,label\n,cat\n', 'bad.csv: line 2: expected the name of an image file, found an empty cell'],
  ['name,kind\nx,cat\n', 'expected a header with the columns path and label, found name, kind'],
  ['path,label\n"b.jpg,cat\n', 'Quote Not Closed'],
  ['path,label\nb.jpg,cat,train\n', 'Invalid Record Length: expect 2, got 3 on line 2'],
  ['b.jpg,cat,train\na.jpg,cat,sharp\n', "bad.csv: line 2: expected train, validation or test as the split, found 'sharp'"],
  ['', 'found an empty file'],
])('a table that is wrong changes nothing: %j', async (text, message) => {
  const csv = join(folder, 'bad.csv')
  writeFileSync(csv, text)
  const { state, error } = await ended(label.import({ project, path: csv }))
  expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'bad-data' })
  expect(error?.message).toContain(message)
  expect((await label.history({ project })).canUndo).toBe(false)
})

test('the labels of a folder go to the files themselves and to images of the same content', async () => {
  const hash = open.db.get<{ hash: string }>('SELECT lower(hex(hash)) AS hash FROM images WHERE id = ?', odd)?.hash ?? ''
  mkdirSync(join(folder, 'elsewhere'))
  scanned = [
    { path: 'class/copy.jpg', class: 'cat', split: 'train', hash },
    { path: 'class/a.jpg', class: 'dog', split: null, hash: '00' },
  ]
  const task = await ended(label.import({ project, path: join(folder, 'elsewhere') }))
  expect(task.result).toMatchObject({ labelled: 1, unchanged: 0, unknown: ['class/a.jpg'] })
  scanned = [{ path: 'a.jpg', class: 'dog', split: null, hash: null }]
  await ended(label.import({ project, path: pictures }))
  expect(labelsNow()).toEqual(['dog', null, null, null, 'cat'])
  await undoAll()
})

test('an exported table brings back the same labels, whatever the names', async () => {
  await label.assign({ project, selection: { images: [a, formula, odd] }, class: cat })
  await classOf.update({ project, class: cat, name: '@SUM(1;2)' })
  open.db.run("UPDATE images SET split = 'test' WHERE id = ?", formula)
  const before = labelsNow()
  const csv = join(folder, 'out.csv')
  expect((await ended(label.export({ project, format: 'csv', to: csv }))).result).toEqual({
    kind: 'export-labels',
    path: csv,
    images: 3,
    missing: 0,
  })
  expect(readFileSync(csv, 'utf8')).toBe(
    `path,label,split\r\na.jpg,'@SUM(1;2),\r\nsub/=1+1.jpg,'@SUM(1;2),test\r\n"sub/line\nbreak, ""quoted"".jpg",'@SUM(1;2),\r\n`,
  )
  expect((await ended(label.export({ project, format: 'csv', to: csv }))).error?.code).toBe('conflict')
  await label.clear({ project, selection: { filter: {} } })
  await ended(label.import({ project, path: csv }))
  expect(labelsNow()).toEqual(before)
  open.db.run('UPDATE images SET split = NULL')
  await undoAll()
})

test('cells survive the way there and back, and none is a formula', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a', ',') }), (text) => {
      const cell = toCell(text)
      const read = cell.startsWith('"') ? cell.slice(1, -1) : cell
      expect(fromCell(read)).toBe(text)
      expect(read).not.toMatch(/^[=+\-@\t\r\n]/)
    }),
  )
})

test('folders hold copies under names that every system takes; nothing is overwritten, a missing file is counted', async () => {
  await label.assign({ project, selection: { images: [a, subA, odd] }, class: cat })
  await classOf.update({ project, class: dog, name: 'CON' })
  await label.assign({ project, selection: { images: [b] }, class: dog })
  open.db.run("UPDATE images SET path = 'gone.jpg' WHERE id = ?", b)
  const to = join(folder, 'export')
  expect((await ended(label.export({ project, format: 'folders', to }))).result).toMatchObject({ images: 3, missing: 1 })
  expect(readdirSync(to).sort()).toEqual(['_CON', 'cat'])
  expect(readdirSync(join(to, 'cat')).sort()).toEqual(['a (2).jpg', 'a.jpg', 'line_break, _quoted_.jpg'])
  expect(readFileSync(join(to, 'cat', 'a (2).jpg'), 'utf8')).toBe('sub/a.jpg')
  expect((await ended(label.export({ project, format: 'folders', to }))).error?.code).toBe('conflict')

  open.db.run("UPDATE images SET split = 'test' WHERE id = ?", a)
  const other = join(folder, 'with splits')
  await ended(label.export({ project, format: 'folders', to: other }))
  expect(readdirSync(other).sort()).toEqual(['test', 'train'])
  open.db.run("UPDATE images SET split = NULL, path = iif(id = ?, 'b.jpg', path)", b)
  await undoAll()
})

test('a cancelled or failed export leaves nothing', async () => {
  await label.assign({ project, selection: { images: [a, b] }, class: cat })
  const before = readdirSync(folder).sort()
  for (const format of ['csv', 'folders'] as const) {
    const { task } = await label.export({ project, format, to: join(folder, `cancelled ${format}`) })
    expect((await studio.tasks.cancel(task)).state).toBe('cancelled')
  }
  const nowhere = await ended(label.export({ project, format: 'csv', to: join(folder, 'no', 'such', 'place.csv') }))
  expect(nowhere.error?.code).toBe('not-found')
  expect(readdirSync(folder).sort()).toEqual(before)
  await expect(label.export({ project, format: 'csv', to: 'relative.csv' })).rejects.toThrow('expected an absolute path')
})

test('names are safe, short and free', () => {
  const pieces = fc.array(fc.constantFrom('nul', 'COM1', '.', '. ', 'jpg', '/', '..', '\u0007', 'é', '🦋', '*'), { maxLength: 6 })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary-ascii', maxLength: 30 }),
        pieces.map((parts) => parts.join('')),
      ),
      (name) => {
        const safe = safeName(name)
        // eslint-disable-next-line no-control-regex -- what Windows refuses
        expect(safe).not.toMatch(/[<>:"/\\|?*\u0000-\u001f]|^\.|[. ]$|^$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
      },
    ),
  )
  expect(safeName(`${'🦋'.repeat(100)}.jpg`)).toBe(`${'🦋'.repeat(50)}.jpg`)
  const free = new FreeNames()
  expect(['a.jpg', 'A.jpg', 'a (2).jpg', 'nul.jpg', '..'].map((name) => free.take(name))).toEqual([
    'a.jpg',
    'A (2).jpg',
    'a (2) (2).jpg',
    '_nul.jpg',
    '_',
  ])
  // Quick also where all have the same name.
  const numbered = Array.from({ length: 20_000 }, () => free.take('img.jpg'))
  expect([new Set(numbered).size, numbered[0], numbered.at(-1)]).toEqual([20_000, 'img.jpg', 'img (20000).jpg'])
})
