// Pictures and files of images: found by id only, kept by version, whole or in ranges.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { rangeOf } from '../../../src/main/server/range.ts'
import type { OpenProject } from '../../../src/main/services/context.ts'
import { Database } from '../../../src/main/storage/database.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { addressesOf } from '../../../src/renderer/api/addresses.ts'
import type { Addresses } from '../../../src/renderer/api/addresses.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import { ask, testServer } from '../../support/server.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'images-')))
const source = join(folder, 'source')
mkdirSync(join(source, 'a'), { recursive: true })
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))
writeFileSync(join(source, 'a/ö 1.jpg'), bytes)
writeFileSync(join(source, 'empty.png'), '')
writeFileSync(join(folder, 'secret.txt'), 'secret')
symlinkSync(join(folder, 'secret.txt'), join(source, 'link.jpg'))
symlinkSync(folder, join(source, 'up'))
symlinkSync(join(source, 'a/ö 1.jpg'), join(source, 'alias.jpg'))

const db = new Database(join(folder, 'project.db'), { create: true })
db.run(`INSERT INTO sources (id, folder) VALUES (1, ?)`, source)
const paths = [
  'a/ö 1.jpg',
  'empty.png',
  'link.jpg',
  'up/secret.txt',
  '../secret.txt',
  'a',
  'gone.jpg',
  'alias.jpg',
  'a/\0',
  '/etc/passwd',
  '',
]
for (const path of paths) {
  const stats = path === 'a/ö 1.jpg' ? statSync(join(source, path)) : null
  db.run(
    `INSERT INTO images (source, path, hash, bytes, modified_at, format, width, height, state, added_at)
     VALUES (1, ?, ?, ?, ?, 'jpeg', 1, 1, 'present', '2026-01-01T00:00:00Z')`,
    path,
    new Uint8Array(32).fill(7),
    stats?.size ?? 0,
    Math.floor(stats?.mtimeMs ?? 0),
  )
}
const project: OpenProject = { id: someProject, folder, db, touch: () => 1 }
let made = 0
const server = await testServer(fakeServices(), {
  images: {
    projects: {
      get: (id) => {
        if (id !== someProject) throw new AppError('not-found', `project ${id}: expected an open project, found none`)
        return project
      },
    },
    media: {
      picture: (_, image, size) => {
        made++
        if (image === 7) return Promise.reject(new AppError('bad-data', 'gone.jpg: expected an image, found none'))
        return Promise.resolve(Buffer.from(`picture ${image} ${size}`))
      },
      pictureOfFile: () => Promise.reject(new Error('not asked for here')),
    },
    predicted: {
      get: () => {
        throw new Error('not asked for here')
      },
      realFile: () => Promise.reject(new Error('not asked for here')),
    },
  },
})
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

const version = '0707070707070707'
const address = (id: number, size: Parameters<Addresses['imageAddress']>[2], v = version): string =>
  addressesOf('/').imageAddress(someProject, { id, version: v }, size)

test('a picture is made once for those who keep it', async () => {
  const first = await ask(server, address(1, 256))
  expect(first).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'image/webp',
      etag: `"${version}-256"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox') as string,
    },
  })
  expect(first.body.toString()).toBe('picture 1 256')
  const before = made
  const again = await ask(server, address(1, 256), {
    headers: { 'if-none-match': `"x", W/"${version}-256"`, authorization: 'Bearer a-token-for-tests-0123456789' },
  })
  expect([again.status, again.body.length, again.headers.etag, made]).toEqual([304, 0, `"${version}-256"`, before])
  const old = await ask(server, address(1, 256, 'an-older-one'))
  expect([old.status, old.headers['cache-control']]).toEqual([200, 'private, no-cache'])
  const head = await ask(server, address(1, 512), { method: 'HEAD' })
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '13', 0])
})

test('what is no image of an open project', async () => {
  const status = async (path: string): Promise<number> => (await ask(server, path)).status
  expect(await status(address(99, 256))).toBe(404)
  expect(await status(address(99, 'full'))).toBe(404)
  expect(await status(`/images/11111111-1111-4111-8111-111111111111/1`)).toBe(404)
  expect(await status(`/images/x/1`)).toBe(400)
  expect(await status(`/images/${someProject}/0`)).toBe(400)
  expect(await status(`/images/${someProject}/1?size=300`)).toBe(400)
  expect(await status(`/images/${someProject}/1?sise=256`)).toBe(400)
  expect(await status(`/images/${someProject}/1?__proto__=1`)).toBe(400)
  for (const path of ['1x', '-1', '1/2', '..%2f1', '1e1', '%00', '']) expect(await status(`/images/${someProject}/${path}`)).toBe(404)
  const broken = await ask(server, address(7, 256))
  expect([broken.status, broken.headers['cache-control'], broken.headers.etag]).toEqual([422, 'no-store', undefined])
})

test('the file itself comes only from inside its source, wherever links lead', async () => {
  const whole = await ask(server, address(1, 'full'))
  expect(whole).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=31536000, immutable' },
  })
  expect(whole.body.equals(bytes)).toBe(true)
  expect((await ask(server, address(8, 'full'))).body.equals(bytes)).toBe(true)
  for (const id of [3, 4, 5, 6, 7, 9, 10, 11]) {
    const { status, body } = await ask(server, address(id, 'full'))
    expect([id, status]).toEqual([id, 404])
    expect(body.toString()).not.toContain(folder)
  }
  const empty = await ask(server, address(2, 'full'))
  expect([empty.status, empty.body.length, empty.headers['cache-control']]).toEqual([200, 0, 'private, no-cache'])
})

test.each([
  ['bytes=0-0', 206, 'bytes 0-0/1000'],
  ['bytes=990-', 206, 'bytes 990-999/1000'],
  ['bytes=-10', 206, 'bytes 990-999/1000'],
  ['bytes=-5000', 206, 'bytes 0-999/1000'],
  ['bytes=500-5000', 206, 'bytes 500-999/1000'],
  ['bytes=1000-', 416, 'bytes */1000'],
  ['bytes=-0', 416, 'bytes */1000'],
  ['bytes=9-3', 200, undefined],
  ['bytes=0-1,5-6', 200, undefined],
  ['bytes=-', 200, undefined],
  ['pixels=0-1', 200, undefined],
  ['bytes=99999999999999999999-', 200, undefined],
])('range %s: %i', async (range, status, contentRange) => {
  const authorization = 'Bearer a-token-for-tests-0123456789'
  const part = await ask(server, address(1, 'full'), { headers: { authorization, range } })
  expect([part.status, part.headers['content-range']]).toEqual([status, contentRange])
  const [, start, end] = /(\d+)-(\d+)/.exec(contentRange ?? '') ?? [null, '0', status === 416 ? '-1' : '999']
  expect(part.body.equals(bytes.subarray(Number(start), Number(end) + 1))).toBe(true)
  const other = await ask(server, address(1, 'full'), { headers: { authorization, range, 'if-range': '"another"' } })
  expect([other.status, other.body.length]).toEqual([200, 1000])
})

test('any range lies in the file', () => {
  const digits = fc.oneof(fc.constant(''), fc.nat(30).map(String))
  fc.assert(
    fc.property(digits, digits, fc.nat(20), (first, last, size) => {
      const range = rangeOf(`bytes=${first}-${last}`, size)
      if (range === null || range === 'unsatisfiable') return true
      return 0 <= range.start && range.start <= range.end && range.end < size
    }),
  )
})
