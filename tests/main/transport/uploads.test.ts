// What goes to and from the server beside calls: files handed over, pictures of predicted files, exports to save.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect as connectTo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { defaultLimits } from '../../../src/main/server/limits.ts'
import type { ServerOptions } from '../../../src/main/server/index.ts'
import { freeFile } from '../../../src/main/server/upload-route.ts'
import type { OpenProject } from '../../../src/main/services/context.ts'
import { rememberExport } from '../../../src/main/services/exports/remembered.ts'
import { discardUnusedUploads, uploadPath } from '../../../src/main/services/images/uploads.ts'
import { Database } from '../../../src/main/storage/database.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { maxPictureBytes } from '../../../src/shared/picture-names.ts'
import { uploadFile } from '../../../src/renderer/api/upload.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import { ask, testServer, token } from '../../support/server.ts'

// Tests may be run by root, who can read everything.
vi.mock(import('../../../src/main/server/inside.ts'), async (original) => {
  const { openInside } = await original()
  return { openInside: (folder, path) => (path === 'locked.txt' ? Promise.resolve(null) : openInside(folder, path)) }
})

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'uploads-')))
const db = new Database(join(folder, 'project.db'), { create: true })
const project: OpenProject = { id: someProject, folder, db, touch: () => 1 }
const task = '00000000-0000-4000-8000-000000000001'
const get = (id: string): OpenProject => {
  if (id !== someProject) throw new AppError('not-found', `project ${id}: expected an open project, found none`)
  return project
}
const images: ServerOptions['images'] = {
  projects: { get },
  media: {
    picture: () => Promise.reject(new Error('not asked for here')),
    pictureOfFile: (file, out, size) => Promise.resolve(writeFileSync(out, `${file} ${size}`)),
  },
  predicted: {
    get: (_, asked) => {
      if (asked !== task) throw new AppError('not-found', 'task: expected one, found none')
      return { project: someProject, run: 'r', folder, file: undefined as never, root: null }
    },
    realFile: (_, __, index) => (index === 0 ? Promise.resolve('/photos/a.jpg') : Promise.reject(new AppError('not-found', 'none'))),
  },
}
const server = await testServer(fakeServices(), { limits: { upload: 1000 }, images })
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})
const batch = 'a'.repeat(32)
const send = (path: string, bytes: number): Promise<{ file: string; folder: string }> =>
  uploadFile(
    { address: server.address, token },
    { project: someProject, batch, path },
    new Blob([new Uint8Array(bytes)]),
    AbortSignal.timeout(5000),
  )

test('a file lands below the project, by names that every system takes', async () => {
  const { file, folder: place } = await send('holiday/con.jpg', 1000)
  expect([relative(folder, file), relative(folder, place)]).toEqual([`uploads/${batch}/holiday/_con.jpg`, `uploads/${batch}`])
  expect(readFileSync(file)).toHaveLength(1000)
})

test('a table of labels comes with its images; a file may be as large as one that is read', async () => {
  const { file } = await send('holiday/labels.csv', 10)
  expect(relative(folder, file)).toBe(`uploads/${batch}/holiday/labels.csv`)
  expect(defaultLimits.upload).toBe(maxPictureBytes)
})

test('too much, other files, and ways out are refused, and leave nothing behind', async () => {
  await expect(send('b.jpg', 1001)).rejects.toMatchObject({ code: 'too-large' })
  for (const path of ['../../b.jpg', '/etc/b.jpg', 'a//b.jpg', 'b.exe', '', '.jpg/..'])
    await expect(send(path, 1)).rejects.toMatchObject({ code: 'bad-option' })
  expect(readdirSync(join(folder, 'uploads', batch))).toEqual(['holiday'])
  const refused = await ask(server, `/uploads/${someProject}/${batch}?path=a.jpg`, { method: 'POST', headers: { authorization: 'no' } })
  expect(refused.status).toBe(401)
})

test('names that become one are kept apart; the same file again takes the place that it had', async () => {
  const sent = async (path: string, bytes: number): Promise<string> => relative(folder, (await send(path, bytes)).file)
  const place = `uploads/${batch}/odd`
  expect(await sent('odd/a:b.jpg', 1)).toBe(`${place}/a_b.jpg`)
  expect(await sent('odd/a?b.jpg', 2)).toBe(`${place}/a_b (2).jpg`)
  expect(await sent('odd/a:b.jpg', 3)).toBe(`${place}/a_b.jpg`)
  expect(await sent('odd/a_b.jpg', 4)).toBe(`${place}/a_b (3).jpg`)
  expect(
    readdirSync(join(folder, place))
      .sort()
      .map((name) => readFileSync(join(folder, place, name)).length),
  ).toEqual([2, 4, 3])
  rmSync(join(folder, place), { recursive: true })

  const files = (caseless: boolean): string[] =>
    ['A.jpg', 'a.jpg', 'a.JPG', 'a.jpg'].map((path) => basename(freeFile(project, join(folder, String(caseless)), path, caseless)))
  expect(files(false)).toEqual(['A.jpg', 'a.jpg', 'a.JPG', 'a.jpg'])
  expect(files(true)).toEqual(['A.jpg', 'a (2).jpg', 'a (3).JPG', 'a (2).jpg'])
})

/** The answer to a body of many parts whose length is not announced. */
async function sendParts(path: string, to = server): Promise<{ status: number; closes: boolean; code: string }> {
  const response = await fetch(`${to.address}uploads/${someProject}/${batch}?path=${path}`, {
    ...{ method: 'POST', headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) },
    ...{ body: Readable.toWeb(Readable.from(megabytes())), duplex: 'half' },
  })
  const { error } = (await response.json()) as { error: { code: string } }
  return { status: response.status, closes: response.headers.get('connection') === 'close', code: error.code }
}

async function* megabytes(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 100; i++) yield Promise.resolve(new Uint8Array(65_536))
}

test('a body of unknown length that is too large is answered, and leaves nothing behind', async () => {
  expect(await sendParts('c.jpg')).toEqual({ status: 413, closes: true, code: 'too-large' })
  expect(readdirSync(join(folder, 'uploads', batch))).toEqual(['holiday'])
})

test('a file that cannot be written is answered at once', async () => {
  writeFileSync(join(folder, 'uploads', batch, 'taken'), '')
  expect(await sendParts('taken/c.jpg')).toEqual({ status: 403, closes: true, code: 'no-access' })
  rmSync(join(folder, 'uploads', batch, 'taken'))
})

test('a disk that is full is told, not a lost connection', async (context) => {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
  onTestFinished(() => void spawnSync('umount', ['-l', disk]))
  if (mounted.status !== 0) context.skip(`a small disk cannot be mounted here: ${String(mounted.stderr).trim()}`)
  const full = await testServer(fakeServices(), { images: { ...images, projects: { get: () => ({ ...project, folder: disk }) } } })
  expect(await sendParts('c.jpg', full)).toEqual({ status: 507, closes: true, code: 'disk-full' })
  expect(readdirSync(join(disk, 'uploads', batch))).toEqual([])
})

test('a file may come slowly, but not stop; a call has to be there in time', async () => {
  const limits = { headersTime: 500, requestTime: 500, stalled: 700, patience: 100 }
  const slow = await testServer(fakeServices(), { limits, images })
  const { hostname, port } = new URL(slow.address)
  /** What is told until the connection is closed, for a body of six bytes of which some come, 120 ms apart. */
  const told = async (path: string, sent: number): Promise<string> => {
    const socket = connectTo(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined)
    const closed = once(socket, 'close')
    const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${token}`, 'Connection: close', 'Content-Length: 6']
    socket.write(`${head.join('\r\n')}\r\nContent-Type: application/json\r\n\r\n`)
    for (let i = 0; i < sent; i++) {
      await new Promise((resolve) => setTimeout(resolve, 120))
      if (socket.writable) socket.write('x')
    }
    await closed
    return Buffer.concat(chunks).toString()
  }
  const place = `/uploads/${someProject}/${'c'.repeat(32)}`
  const [file, stopped, call] = await Promise.all([
    told(`${place}?path=slow.jpg`, 6),
    told(`${place}?path=stopped.jpg`, 5),
    told('/api/system/version', 6),
  ])
  expect([file.split('\r\n', 1)[0], stopped, call]).toEqual(['HTTP/1.1 200 OK', '', ''])
  await expect.poll(() => readdirSync(join(folder, 'uploads', 'c'.repeat(32)))).toEqual(['slow.jpg'])
  rmSync(join(folder, 'uploads', 'c'.repeat(32)), { recursive: true })
})

test('no path leads out of its folder', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('..', '.', 'C:', 'a\\..\\..', '%2e%2e')), { minLength: 1, maxLength: 5 }),
      (parts) => {
        const path = `${parts.join('/')}.jpg`
        try {
          const way = relative('/batch', join('/batch', uploadPath(path)))
          expect(way.startsWith(`..${sep}`) || way === '..' || way.startsWith(sep)).toBe(false)
        } catch (error) {
          expect(AppError.from(error).code).toBe('bad-option')
        }
      },
    ),
  )
})

test('batches that became no source go to the trash, others stay wherever their source is said to be', async () => {
  const [used, elsewhere] = ['b'.repeat(32), 'd'.repeat(32)]
  for (const name of [used, elsewhere, 'notes']) mkdirSync(join(folder, 'uploads', name, 'photos'), { recursive: true })
  db.run('INSERT INTO sources (folder) VALUES (?)', join(folder, 'uploads', used, 'photos'))
  db.run('INSERT INTO sources (folder) VALUES (?)', `C:\\former place\\uploads\\${elsewhere}`)
  db.run("INSERT INTO sources (folder) VALUES ('lost-7')")
  const trashed: string[] = []
  const trash = (path: string): Promise<void> => Promise.resolve(void trashed.push(path))
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000)
  for (const name of [batch, used, elsewhere]) utimesSync(join(folder, 'uploads', name), twoDaysAgo, twoDaysAgo)
  await discardUnusedUploads(project, trash)
  expect(trashed).toEqual([])
  db.run("DELETE FROM sources WHERE folder = 'lost-7'")
  await discardUnusedUploads(project, trash)
  // Files came in below it a moment ago: the rest may be on its way.
  expect(trashed).toEqual([])
  utimesSync(join(folder, 'uploads', batch, 'holiday'), twoDaysAgo, twoDaysAgo)
  await discardUnusedUploads(project, trash)
  expect(trashed).toEqual([join(folder, 'uploads', batch)])
  await expect(discardUnusedUploads(project, () => Promise.reject(new Error('no trash here')))).rejects.toThrow('no trash here')
  expect(readdirSync(join(folder, 'uploads')).sort()).toEqual([batch, used, elsewhere, 'notes'].sort())
})

test('a predicted file has a picture, and no other file', async () => {
  const address = `/predictions/${someProject}/${task}`
  const picture = await ask(server, `${address}/0?size=128`)
  expect([picture.status, picture.headers['content-type'], picture.body.toString()]).toEqual([200, 'image/webp', '/photos/a.jpg 128'])
  expect((await ask(server, `${address}/1`)).status).toBe(404)
  expect((await ask(server, `${address}/0?size=3`)).status).toBe(400)
})

test('files of remembered exports can be saved, one by one and together', async () => {
  const place = join(folder, 'exports', 'möwe')
  mkdirSync(join(place, 'pictures'), { recursive: true })
  writeFileSync(join(place, 'model.onnx'), 'weights')
  writeFileSync(join(place, 'pictures', 'a.svg'), '<svg/>')
  writeFileSync(join(folder, 'exports', 'secret'), 'x')
  const of = (file?: string, from = place): string =>
    `/exports/${someProject}?${new URLSearchParams({ folder: from, ...(file !== undefined && { file }) }).toString()}`
  expect((await ask(server, of('model.onnx'))).status).toBe(404)
  rememberExport(project, { folder: place, run: 'r', format: 'onnx', at: new Date().toISOString(), parity: null })
  const file = await ask(server, of('model.onnx'))
  expect([file.status, file.body.toString(), file.headers['content-disposition']]).toEqual([
    200,
    'weights',
    `attachment; filename*=UTF-8''model.onnx`,
  ])
  expect((await ask(server, of('pictures/a.svg'))).headers['content-type']).toBe('image/svg+xml')
  const zip = await ask(server, of())
  expect([zip.headers['content-type'], zip.body.subarray(0, 2).toString(), zip.body.includes('weights')]).toEqual([
    'application/zip',
    'PK',
    true,
  ])
  const known = { authorization: `Bearer ${token}`, 'if-none-match': file.headers.etag ?? '' }
  expect(await ask(server, of('model.onnx'), { headers: known })).toMatchObject({ status: 304, headers: { etag: file.headers.etag } })
  for (const path of [of('../secret'), of('secret'), of('secret', join(folder, 'exports')), of(undefined, join(folder, 'exports'))])
    expect((await ask(server, path)).status).toBe(404)
  expect((await ask(server, `/exports/${someProject}?file=secret`)).status).toBe(400)
  expect(existsSync(join(folder, 'exports', 'secret'))).toBe(true)
})

test('a file of an export that cannot be read is told, and not left out', async () => {
  const place = join(folder, 'exports', 'some')
  mkdirSync(place, { recursive: true })
  for (const name of ['model.onnx', 'locked.txt']) writeFileSync(join(place, name), name)
  rememberExport(project, { folder: place, run: 'r', format: 'onnx', at: new Date().toISOString(), parity: null })
  const { status, body } = await ask(server, `/exports/${someProject}?${new URLSearchParams({ folder: place }).toString()}`)
  expect([status, body.toString()]).toEqual([403, expect.stringContaining('locked.txt: expected a file of the export that can be read')])
})
