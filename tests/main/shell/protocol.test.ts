// app://studio/…: the same answers as over HTTP, and nothing that lies outside.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import type { OpenProject } from '../../../src/main/services/context.ts'
import { Database } from '../../../src/main/storage/database.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { addressesOf } from '../../../src/renderer/api/addresses.ts'
import { uploadFile } from '../../../src/renderer/api/upload.ts'
import { someProject } from '../../support/fake-services.ts'

vi.mock('electron', () => import('./electron.ts'))
const { appHandler } = await import('../../../src/main/shell/protocol.ts')
const { developedPolicy } = await import('../../../src/main/shell/developed.ts')

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'protocol-')))
const [pages, source] = [join(folder, 'pages'), join(folder, 'source')]
mkdirSync(join(pages, 'assets'), { recursive: true })
mkdirSync(source)
writeFileSync(join(pages, 'index.html'), '<!doctype html>page')
writeFileSync(join(pages, 'assets/a-1.js'), 'script')
writeFileSync(join(folder, 'secret.txt'), 'secret')
symlinkSync(join(folder, 'secret.txt'), join(pages, 'assets/link.js'))
writeFileSync(join(source, '1.jpg'), 'a picture of 1000 bytes'.padEnd(1000, '.'))
symlinkSync(join(folder, 'secret.txt'), join(source, '2.jpg'))
const db = new Database(join(folder, 'project.db'), { create: true })
db.run('INSERT INTO sources (id, folder) VALUES (1, ?)', source)
for (const path of ['1.jpg', '2.jpg', '../secret.txt'])
  db.run(
    `INSERT INTO images (source, path, hash, bytes, modified_at, format, width, height, state, added_at)
     VALUES (1, ?, ?, 1000, 0, 'jpeg', 1, 1, 'present', '2026-01-01T00:00:00Z')`,
    path,
    new Uint8Array(32).fill(7),
  )
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})
const project: OpenProject = { id: someProject, folder, db, touch: () => 1 }
const faults: unknown[] = []
const missing = (): never => {
  throw new AppError('not-found', 'project: expected an open one, found none')
}
const handle = appHandler({
  pages,
  images: {
    projects: { get: (id) => (id === someProject ? project : missing()) },
    media: { picture: () => Promise.resolve(Buffer.from('small')), pictureOfFile: missing },
    predicted: { get: missing, realFile: missing },
  },
  log: { error: (_, error) => void faults.push(error) },
})
const home = 'app://studio/'
const ask = (path: string, options: RequestInit = {}): Promise<Response> => handle(new Request(`${home}${path}`, options))
const addresses = addressesOf('')
const image = (id: number, size: 256 | 'full'): string => addresses.imageAddress(someProject, { id, version: '0707070707070707' }, size)

test('the page comes with its policy, its files with their types', async () => {
  const page = await ask('')
  expect([page.status, await page.text()]).toEqual([200, '<!doctype html>page'])
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  const script = await ask('assets/a-1.js')
  expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
})

test.each([
  'assets/link.js',
  'assets/../../secret.txt',
  'assets/%2e%2e/%2e%2e/secret.txt',
  '..%2fsecret.txt',
  'secret.txt',
  'assets',
  '%00',
  '%ff',
])('what lies outside is not there: %s', async (path) => {
  const { status, text } = await ask(path).then(async (response) => ({ status: response.status, text: await response.text() }))
  expect(status).toBe(404)
  expect(text).not.toContain('secret')
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'not-found' } })
})

test('pictures by id; files of images whole or in parts, from inside their folder only', async () => {
  const small = await ask(image(1, 256))
  expect([small.status, small.headers.get('content-type'), await small.text()]).toEqual([200, 'image/webp', 'small'])
  expect((await ask(image(1, 256), { headers: { 'if-none-match': small.headers.get('etag') ?? '' } })).status).toBe(304)
  const part = await ask(image(1, 'full'), { headers: { range: 'bytes=2-8' } })
  expect([part.status, await part.text()]).toEqual([206, 'picture'])
  expect((await ask(image(1, 'full'), { method: 'HEAD' })).headers.get('content-length')).toBe('1000')
  for (const id of [2, 3, 4]) expect([id, (await ask(image(id, 'full'))).status]).toEqual([id, 404])
  expect((await ask('images/11111111-1111-4111-8111-111111111111/1')).status).toBe(404)
  expect((await ask(`images/${someProject}/1?size=300`)).status).toBe(400)
})

test.each(['https://studio/', 'app://other/', 'app://studio.org/'])('%s is another address', async (address) => {
  expect((await handle(new Request(address))).status).toBe(404)
})

test('nothing is changed but by files that are handed over', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('', { method })).status).toBe(400)
  expect((await ask(image(1, 256), { method: 'POST', body: 'x' })).status).toBe(400)
})

test('a file without a path is handed over as over HTTP', async () => {
  const batch = '0123456789abcdef0123456789abcdef'
  vi.stubGlobal('fetch', (url: string, { method, body, headers }: RequestInit) =>
    handle(new Request(url, { method, body, headers, duplex: 'half' } as RequestInit)),
  )
  const signal = new AbortController().signal
  const place = { project: someProject, batch, path: 'photos/1.jpg' }
  const { file } = await uploadFile({ address: home }, place, new Blob(['bytes']), signal)
  expect(readFileSync(file, 'utf8')).toBe('bytes')
  await expect(uploadFile({ address: home }, { ...place, path: '../1.jpg' }, new Blob(['x']), signal)).rejects.toMatchObject({
    code: 'bad-option',
  })
  vi.unstubAllGlobals()
})

test('while it is developed, files of the interface come from Vite and pictures from where they always do', async () => {
  const developed = appHandler({
    pages: '/nowhere',
    images: {
      projects: { get: () => project },
      media: { picture: () => Promise.resolve(Buffer.from('small')), pictureOfFile: missing },
      predicted: { get: missing, realFile: missing },
    },
    log: { error: (_, error) => void faults.push(error) },
    developed: ({ path }) => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(`vite ${path}`) }),
  })
  const text = async (path: string): Promise<string> => (await developed(new Request(`${home}${path}`))).text()
  expect(await text('src/main.ts')).toBe('vite /src/main.ts')
  expect(await text(image(1, 256))).toBe('small')
  const policy = developedPolicy('http://127.0.0.1:5173')
  expect(policy).toContain("connect-src 'self' ws://127.0.0.1:5173 ws://localhost:5173;")
  expect(policy).toContain("script-src 'self';")
})

test('no fault of ours was met on the way', () => expect(faults).toEqual([]))
