// Who the server lets in, and what it tells those it does not.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect as connectTo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { serveSettings } from '../../../src/main/server/command.ts'
import { sessionKey } from '../../../src/main/server/session-key.ts'
import { TokenLimiter } from '../../../src/main/server/token-limiter.ts'
import type { RunningServer } from '../../../src/main/server/index.ts'
import { fakeServices } from '../../support/fake-services.ts'
import { ask, post, testServer, token } from '../../support/server.ts'
import type { Asked } from '../../support/server.ts'

const services = fakeServices()
let server: RunningServer
beforeEach(async () => {
  server = await testServer(services)
})

const upgrade = (headers: Record<string, string>, protocols: string[] = []): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}events`, protocols, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('error', (error) => resolve(Number(/\d{3}/.exec(error.message)?.[0])))
  })

test('without the token every address looks alike', async () => {
  const anonymous = { headers: { cookie: 'a=b' } }
  const replies = await Promise.all(
    ['/', '/nothing', '/index.html', '/images/x/1', '/events', '/../../etc/passwd', '/%ff', '*'].map((path) =>
      ask(server, path, anonymous),
    ),
  )
  const api = await post(server, 'system/version', '{}', anonymous.headers)
  for (const { status, body } of [...replies, api]) {
    expect(status).toBe(401)
    expect(body.toString()).toBe(
      '{"error":{"code":"forbidden","message":"token: expected one, found none; open the address that the server printed"}}',
    )
  }
  expect(replies[0]?.headers['www-authenticate']).toBe('Bearer')
  expect(await upgrade({})).toBe(401)
  expect(await upgrade({}, ['self-tuning', `token.${token.slice(1)}x`])).toBe(401)
  expect(await upgrade({}, ['self-tuning', `token.${token}`])).toBe(101)
  expect(await upgrade({ authorization: `Bearer ${token}` })).toBe(101)
  const page = await ask(server, '/', { headers: { cookie: 'a=b', accept: 'text/html' } })
  expect([page.status, page.body.toString()]).toEqual([401, expect.stringContaining('Open the whole address')])
})

test.each(['', 'x', token.slice(1), `${token}x`, `${token}, ${token}`])('the token %j is wrong', async (wrong) => {
  expect((await ask(server, '/', { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401)
})

test('the printed address gives a cookie and leads to the interface without the token', async () => {
  expect(server.url).toBe(`${server.address}?token=${token}`)
  const opened = await ask(server, `/?token=${token}`, { headers: { cookie: '' } })
  expect(opened.status).toBe(200)
  expect(opened.headers).toMatchObject({ refresh: '0; url=/', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
  // In a sandbox the page would belong to no site, and browsers would lead on without the cookie.
  expect(opened.headers['content-security-policy']).toMatch(/^default-src 'none';(?!.*sandbox)/)
  const [set = ''] = opened.headers['set-cookie'] ?? []
  expect(set).toMatch(/^self-tuning-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(set).not.toContain(token)
  expect(opened.body.toString()).not.toContain(token)
  const cookie = set.split(';', 1)[0] ?? ''
  expect((await ask(server, '/', { headers: { cookie } })).status).toBe(200)
  expect((await post(server, 'system/version', '{}', { cookie: `other=1; ${cookie}` })).status).toBe(200)
  expect((await ask(server, '/', { headers: { cookie: `${cookie}x` } })).status).toBe(401)
  expect((await ask(server, '/', { headers: { cookie: `${cookie.split('=')[0] ?? ''}=${token}` } })).status).toBe(401)
})

test('a cookie holds after a restart with the same secret and token, and with nothing else', async () => {
  const bits = async (options: { sessionKey?: string; token?: string }): Promise<string> => {
    const one = await testServer(services, options)
    const { headers } = await ask(one, `/?token=${options.token ?? token}`, { headers: { cookie: '' } })
    return headers['set-cookie']?.[0]?.split(/[=;]/)[1] ?? ''
  }
  const [first, again, otherKey, otherToken, none, noneAgain] = await Promise.all([
    bits({ sessionKey: 'a' }),
    bits({ sessionKey: 'a' }),
    bits({ sessionKey: 'b' }),
    bits({ sessionKey: 'a', token: 'another-token-for-tests' }),
    bits({}),
    bits({}),
  ])
  expect(again).toBe(first)
  expect(new Set([first, otherKey, otherToken, none, noneAgain]).size).toBe(5)
})

test('the secret of cookies is made once, for this user only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'session-'))
  const made = await sessionKey(join(folder, 'data'))
  expect(made).toMatch(/^[\w-]{43}$/)
  expect(await sessionKey(join(folder, 'data'))).toBe(made)
  if (process.platform !== 'win32') expect(statSync(join(folder, 'data', 'session-key')).mode & 0o777).toBe(0o600)
  rmSync(folder, { recursive: true })
})

test('a ticket opens the interface once', async () => {
  const path = server.ticketUrl().slice(server.address.length - 1)
  expect(path).not.toContain(token)
  expect((await ask(server, path, { headers: { cookie: '' } })).headers['set-cookie']).toHaveLength(1)
  expect((await ask(server, path, { headers: { cookie: '' } })).status).toBe(401)
})

const port = (): string => new URL(server.address).port

test.each([
  ['localhost', 200],
  ['LOCALHOST:99', 200],
  ['127.0.0.1', 200],
  ['[::1]:80', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
  ['127.0.0.1.nip.io', 403],
  ['user@localhost', 403],
  ['localhost/', 403],
  ['192.168.1.1', 403],
  ['localhost:', 403],
])('called as %j: %i', async (host, status) => {
  expect((await ask(server, '/', { headers: { authorization: `Bearer ${token}`, host } })).status).toBe(status)
  expect(await upgrade({ authorization: `Bearer ${token}`, host })).toBe(status === 200 ? 101 : status)
})

test.each([
  [() => `http://127.0.0.1:${port()}`, 200],
  [() => `http://127.0.0.1`, 403],
  [() => `http://localhost:${port()}`, 403],
  [() => 'http://evil.example', 403],
  [() => `ftp://127.0.0.1:${port()}`, 403],
  [() => 'null', 403],
  [() => '', 403],
])('from the origin %s: %i', async (origin, status) => {
  const headers = { authorization: `Bearer ${token}`, origin: origin() }
  expect((await post(server, 'system/version', '{}', headers)).status).toBe(status)
  expect((await ask(server, '/', { headers })).status).toBe(status)
  expect(await upgrade(headers)).toBe(status === 200 ? 101 : status)
})

test('a refusal names what was found', async () => {
  const told = async (headers: Record<string, string>): Promise<unknown> =>
    (JSON.parse((await ask(server, '/', { headers: { cookie: '', ...headers } })).body.toString()) as { error: { message: string } }).error
      .message
  expect(await told({ host: 'box:443' })).toBe('host: expected an address of this server, found "box:443"; serve --allow-host names more')
  expect(await told({ host: 'localhost', origin: 'https://box' })).toBe('origin: expected a page of localhost, found "https://box"')
})

test('what a browser says of where a request comes from', async () => {
  const status = async (headers: Record<string, string>, asked: Asked = {}): Promise<number> =>
    (await ask(server, '/', { ...asked, headers: { authorization: `Bearer ${token}`, ...headers } })).status
  expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await status({ 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' })).toBe(403)
  expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' })).toBe(200)
})

test('wrong tokens are counted; who has the cookie is not kept out', async () => {
  const [set = ''] = (await ask(server, `/?token=${token}`, { headers: { cookie: '' } })).headers['set-cookie'] ?? []
  const guesses: number[] = []
  for (let i = 0; i < 12; i++) guesses.push((await ask(server, `/?token=guess${i}`, { headers: { cookie: '' } })).status)
  expect(guesses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
  const refused = await ask(server, '/')
  expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, expect.closeTo(60, -1)])
  expect(await upgrade({}, ['self-tuning', `token.${token}`])).toBe(429)
  expect((await ask(server, '/', { headers: { cookie: set.split(';', 1)[0] ?? '' } })).status).toBe(200)
})

test('the limiter forgets after a minute, and takes an IPv6 network for one address', () => {
  let now = 0
  const limiter = new TokenLimiter(2, () => now)
  limiter.wrong('2001:db8::1')
  limiter.wrong('2001:db8:0:0:1:2:3:4')
  expect(limiter.wait('2001:db8::ffff')).toBe(60)
  expect(limiter.wait('2001:db8:1::1')).toBe(0)
  now = 30_000
  expect(limiter.wait('2001:db8::1')).toBe(30)
  now = 60_000
  expect(limiter.wait('2001:db8::1')).toBe(0)
  for (let i = 0; i < 10_000; i++) limiter.wrong(`10.0.${i >> 8}.${i & 255}`)
  limiter.wrong('127.0.0.1')
  limiter.wrong('127.0.0.1')
  expect(limiter.wait('127.0.0.1')).toBe(60)
})

test('calls are POST with JSON of a limited size; nothing allows other origins', async () => {
  const small = await testServer(services, { limits: { body: 1000 } })
  const status = async (asked: Asked): Promise<number> => (await ask(small, '/api/system/version', asked)).status
  const bearer = { authorization: `Bearer ${token}` }
  const json = { ...bearer, 'content-type': 'application/json' }
  expect(await status({ method: 'POST', headers: { ...json, 'content-type': 'application/json; charset=utf-8' }, body: '{}' })).toBe(200)
  expect(await status({ method: 'GET' })).toBe(405)
  expect(await status({ method: 'PUT', headers: json, body: '{}' })).toBe(405)
  for (const type of ['text/plain', 'application/jsonp', 'multipart/form-data'])
    expect(await status({ method: 'POST', headers: { ...bearer, 'content-type': type }, body: '{}' })).toBe(415)
  expect(await status({ method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' })).toBe(415)
  expect(await status({ method: 'POST', headers: json, body: 'x'.repeat(1001) })).toBe(413)
  expect(await status({ method: 'POST', headers: { ...json, 'transfer-encoding': 'chunked' }, body: 'x'.repeat(1001) })).toBe(413)
  expect(await status({ method: 'POST', headers: json, body: `"${'x'.repeat(998)}"` })).toBe(400)
  expect(await status({ method: 'POST', headers: json, body: Buffer.from([0x22, 0xff, 0x22]) })).toBe(400)
  const preflight = await ask(small, '/api/system/version', {
    method: 'OPTIONS',
    headers: { ...bearer, 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(405)
  expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  expect(preflight.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' })
})

test('a client that dawdles with its headers is cut off', async () => {
  const strict = await testServer(services, { limits: { headersTime: 60, requestTime: 100 } })
  const { hostname, port: at } = new URL(strict.address)
  const socket = connectTo(Number(at), hostname)
  let told = ''
  socket.on('data', (data) => (told += data.toString()))
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n')
  await new Promise((resolve) => socket.once('close', resolve))
  expect(told).toMatch(/^HTTP\/1\.1 408/)
})

test('a long call shows signs of life, and is aborted when the server closes', async () => {
  const patient = await testServer(services, { limits: { patience: 20 } })
  const task = '11111111-1111-4111-8111-111111111111'
  const waiting = post(patient, 'tasks/wait', JSON.stringify({ task }))
  await new Promise((resolve) => setTimeout(resolve, 100))
  await patient.close()
  const { status, body } = await waiting
  expect(status).toBe(200)
  expect(body.toString()).toMatch(/^ {3,}\{"error":\{"code":"stopped"/)
  await vi.waitFor(() => expect(services.abandoned).toContain(task))
})

test('only loopback, unless it is said twice', () => {
  expect(serveSettings([])).toMatchObject({ host: '127.0.0.1', port: null, token: expect.stringMatching(/^[\w-]{43}$/) as string })
  expect(serveSettings([]).token).not.toBe(serveSettings([]).token)
  expect(() => serveSettings(['--host', '0.0.0.0'])).toThrow('--host 0.0.0.0: expected --allow-network')
  expect(() => serveSettings(['--host', '127.0.0.1.evil.example'])).toThrow('--allow-network')
  expect(serveSettings(['--host', '0.0.0.0', '--allow-network', '--allow-host', 'box', 'box2'])).toMatchObject({
    host: '0.0.0.0',
    hosts: ['0.0.0.0', 'box', 'box2'],
  })
  for (const name of ['box:443', 'http://box', 'fd00::1', ''])
    expect(() => serveSettings(['--allow-host', name]), name).toThrow('--allow-host: expected a name without a port')
  expect(serveSettings(['--allow-host', 'box.example', '[fd00::1]'])).toMatchObject({ hosts: ['box.example', '[fd00::1]'] })
  expect(() => serveSettings(['--port', '70000'])).toThrow('--port: expected a whole number from 0 to 65535, found "70000"')
})

test('a token that does not fit: where it comes from, and whether its length or its characters are wrong', () => {
  const other = '--token: expected letters, digits, - or _ alone, found other characters among its 20'
  expect(() => serveSettings(['--token', 'short'])).toThrow('--token: expected 16 to 200 letters, digits, - or _, found 5 characters')
  expect(() => serveSettings(['--token', 'twenty characters, !'])).toThrow(other)
  vi.stubEnv('SELF_TUNING_TOKEN', 'x'.repeat(201))
  expect(() => serveSettings([])).toThrow('SELF_TUNING_TOKEN: expected 16 to 200 letters, digits, - or _, found 201 characters')
  expect(serveSettings(['--token', 'a-token_of-the-option']).token).toBe('a-token_of-the-option')
  vi.unstubAllEnvs()
})
