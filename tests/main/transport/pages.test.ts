// The built interface as browsers get it, and nothing beside it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fakeServices } from '../../support/fake-services.ts'
import { ask, testServer } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'pages-'))
const pages = join(folder, 'renderer')
mkdirSync(join(pages, 'assets'), { recursive: true })
writeFileSync(join(pages, 'index.html'), '<p>interface</p>')
writeFileSync(join(pages, 'assets/main-1a2b.js'), 'export {}')
writeFileSync(join(pages, 'notes'), 'not for browsers')
writeFileSync(join(folder, 'secret.json'), '{}')
mkdirSync(join(folder, 'renderer-other'))
writeFileSync(join(folder, 'renderer-other/a.json'), '{}')
symlinkSync(join(folder, 'secret.json'), join(pages, 'link.json'))
afterAll(() => rmSync(folder, { recursive: true }))
const server = await testServer(fakeServices(), { pages })

test('the interface: its policy, its types, kept as long as its names say', async () => {
  const page = await ask(server, '/?from=somewhere')
  expect(page).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache', 'x-frame-options': 'DENY' },
  })
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
  const script = await ask(server, '/assets/main-1a2b.js')
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': expect.stringContaining('immutable') as string,
  })
  const authorization = 'Bearer a-token-for-tests-0123456789'
  expect((await ask(server, '/', { headers: { authorization, 'if-none-match': page.headers.etag ?? '' } })).status).toBe(304)
})

test.each([
  '/notes',
  '/link.json',
  '/../secret.json',
  '/..%2fsecret.json',
  '/%2e%2e/secret.json',
  '/assets/../../secret.json',
  '/../renderer-other/a.json',
  '//etc/passwd',
  '/assets',
  '/assets/',
  '/index.html%00.js',
  '/%',
])('%s is not there', async (path) => {
  const { status, body } = await ask(server, path)
  expect([status, body.toString()]).toEqual([
    404,
    '{"error":{"code":"not-found","message":"address: expected one of this server, found another"}}',
  ])
})

test('where no interface has been built, a page says what this is', async () => {
  const bare = await testServer(fakeServices(), { pages: join(folder, 'nothing') })
  const { status, body, headers } = await ask(bare, '/')
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(body.toString()).toContain('for programs')
  expect((await ask(bare, '/index.html')).status).toBe(404)
})
