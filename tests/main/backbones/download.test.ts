// A download is right, or there is none: cut connections, servers without ranges, other files, other ways than https, proxies.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { download } from '../../../src/main/services/backbones/download/download.ts'
import type { DownloadOptions, Wanted } from '../../../src/main/services/backbones/download/download.ts'
import { partialBytes } from '../../../src/main/services/backbones/download/partial-file.ts'
import { answerWith, cutAfter, fileServer } from './file-server.ts'
import type { FileServer } from './file-server.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255))
let folder: string
let server: FileServer
let wanted: Wanted
let file: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'))
  file = join(folder, 'downloads', 'net.onnx')
  server = await fileServer(() => content)
  wanted = { address: server.address, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

function options(more: Partial<DownloadOptions> = {}): DownloadOptions {
  const isAllowed = ({ hostname }: URL): boolean => hostname === '127.0.0.1'
  return { file, signal: new AbortController().signal, isAllowed, environment: {}, pause: () => 0, ...more }
}

test('a file comes whole, with progress, under its name only then', async () => {
  const seen: number[] = []
  await download(wanted, options({ onProgress: (done) => seen.push(done) }))
  expect(readFileSync(file).equals(content)).toBe(true)
  expect([seen[0], seen.at(-1)]).toEqual([0, content.length])
  expect(readdirSync(join(folder, 'downloads'))).toEqual(['net.onnx'])
  expect(server.asked[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' })
  expect(server.asked[0]?.headers.range).toBeUndefined()
})

test('a cut connection is taken up where it ended, also by a later attempt', async () => {
  const first = cutAfter(content, 100_000)
  server.next.push(first.answer, answerWith(503))
  await download(wanted, options({ onProgress: first.took }))
  expect(readFileSync(file).equals(content)).toBe(true)
  const [, second, third] = server.asked
  for (const asked of [second, third]) expect(asked?.headers).toMatchObject({ range: 'bytes=100000-', 'if-range': '"one"' })

  rmSync(file)
  const abort = new AbortController()
  const other = cutAfter(content, 100_000)
  server.next.push(other.answer, (_, response) => {
    response.destroy()
    abort.abort()
  })
  await expect(download(wanted, options({ signal: abort.signal, onProgress: other.took }))).rejects.toMatchObject({ code: 'stopped' })
  const kept = await partialBytes(file)
  expect(kept).toBe(100_000)
  expect(existsSync(file)).toBe(false)
  const asked = server.asked.length
  const from: number[] = []
  await download(wanted, options({ onProgress: (_, start) => from.push(start) }))
  expect(server.asked[asked]?.headers.range).toBe(`bytes=${kept}-`)
  expect(from[0]).toBe(kept)
  expect(readFileSync(file).equals(content)).toBe(true)
})

test('what is appended to is not cut by its handle, which Windows refuses', async () => {
  const handle = await open(join(folder, 'any'), 'a')
  const cut = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'truncate')
  cut.mockRejectedValue(Object.assign(new Error('EPERM: operation not permitted, ftruncate'), { code: 'EPERM' }))
  await handle.close()
  await download(wanted, options()).finally(() => cut.mockRestore())
  expect(readFileSync(file).equals(content)).toBe(true)
})

test.each([
  ['ranges', (_: IncomingMessage, response: ServerResponse) => void response.end(content)],
  ['that part', answerWith(206, { 'Content-Range': `bytes 7-${content.length - 1}/${content.length}` }, 'rest')],
  ['a part of that size', answerWith(206, { 'Content-Range': 'bytes 100000-100003/100004' }, 'rest')],
  ['any part', answerWith(416)],
])('where the server has not got %s, the whole comes once more', async (_, second) => {
  const first = cutAfter(content, 100_000)
  server.next.push(first.answer, second)
  await download(wanted, options({ onProgress: first.took }))
  expect(server.asked[1]?.headers.range).toBe('bytes=100000-')
  expect(readFileSync(file).equals(content)).toBe(true)
})

test('without a mark to tell whether the file is still the same, nothing is pieced together', async () => {
  const first = cutAfter(content, 100_000, null)
  server.next.push(first.answer)
  await download(wanted, options({ onProgress: first.took }))
  expect(server.asked[1]?.headers.range).toBeUndefined()
  expect(readFileSync(file).equals(content)).toBe(true)
})

test.each([
  [
    'another content',
    (): Buffer => Buffer.concat([content.subarray(1), Buffer.of(1)]),
    /expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}/,
  ],
  ['another size', (): Buffer => content.subarray(0, 1000), /expected 300000 bytes, found 1000/],
])('%s is thrown away, and said', async (_, other, message) => {
  const lying = await fileServer(other)
  await expect(download({ ...wanted, address: lying.address }, options())).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringMatching(message) as string,
  })
  expect(readdirSync(join(folder, 'downloads'))).toEqual([])
  await lying.close()
})

test('more than was announced is not taken', async () => {
  server.next.push((_, response) => {
    response.writeHead(200)
    response.write(content)
    response.end('and more')
  })
  await expect(download(wanted, options())).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('found more') as string,
  })
  expect(readdirSync(join(folder, 'downloads'))).toEqual([])
})

test('only https is called, after redirects too', async () => {
  await expect(download(wanted, { file, signal: new AbortController().signal, environment: {} })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/expected https, found http:\/\/127\.0\.0\.1/) as string,
  })
  expect(server.asked).toEqual([])
  server.next.push(answerWith(302, { Location: 'http://localhost:1/net.onnx?key=secret' }))
  await expect(download(wanted, options())).rejects.toMatchObject({
    code: 'unreachable',
    message: `${server.address}: expected https, found http://localhost:1, to which it redirects`,
  })
  server.next.push(answerWith(302, { Location: '/elsewhere/net.onnx' }))
  await download(wanted, options())
  expect(server.asked.at(-1)?.path).toBe('/elsewhere/net.onnx')
  rmSync(file)
  for (let i = 0; i < 9; i++) server.next.push(answerWith(302, { Location: '/net.onnx' }))
  await expect(download(wanted, options())).rejects.toMatchObject({ message: expect.stringContaining('more than 5 redirects') as string })
})

test('a server that is not there, refuses, or has nothing, in words', async () => {
  server.next.push(answerWith(404))
  await expect(download(wanted, options())).rejects.toMatchObject({ code: 'not-found' })
  server.next.push(answerWith(403))
  await expect(download(wanted, options())).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('status 403') as string,
  })
  for (let i = 0; i < 6; i++) server.next.push(answerWith(503))
  await expect(download(wanted, options())).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('status 503') as string,
  })
  await server.close()
  await expect(download(wanted, options())).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('the connection was refused') as string,
  })
})

test('the proxy of the environment is used, except for those that it leaves out', async () => {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '')
    response.writeHead(200, { 'Content-Length': content.length })
    response.end(content)
  })
  proxy.on('connect', ({ url }, socket) => {
    seen.push(`CONNECT ${url}`)
    socket.end('HTTP/1.1 403 Not for you\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = `http://somebody:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  await download(wanted, options({ environment: { http_proxy: address } }))
  expect(seen).toEqual([server.address])
  expect(server.asked).toEqual([])
  rmSync(file)
  await download(wanted, options({ environment: { HTTP_PROXY: address, NO_PROXY: '127.0.0.1' } }))
  expect(server.asked).toHaveLength(1)
  rmSync(file)
  const secure = { ...wanted, address: 'https://models.invalid/net.onnx' }
  const refused = download(secure, options({ isAllowed: () => true, environment: { HTTPS_PROXY: address } }))
  await expect(refused).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/the proxy does not lead to it: 403 Not for you \(through the proxy 127\.0\.0\.1:\d+\)$/) as string,
  })
  expect(seen.at(-1)).toBe('CONNECT models.invalid:443')
  await new Promise((resolve) => proxy.close(resolve))
})

test('a certificate that the environment names is trusted, as one of a proxy that looks into connections', async () => {
  const pem = (name: string): string => join(import.meta.dirname, '../../fixtures/tls', name)
  const secure = createSecureServer({ cert: readFileSync(pem('certificate.pem')), key: readFileSync(pem('key.pem')) }, (_, response) =>
    response.end(content),
  )
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  const named = (file: string): DownloadOptions => options({ environment: { NODE_EXTRA_CA_CERTS: file } })
  const there = { ...wanted, address: `https://127.0.0.1:${(secure.address() as AddressInfo).port}/net.onnx` }
  try {
    await expect(download(there, options())).rejects.toThrow('its certificate is not known here')
    await expect(download(there, named(join(folder, 'none.pem')))).rejects.toThrow('none.pem (NODE_EXTRA_CA_CERTS)')
    await download(there, named(pem('certificate.pem')))
    expect(readFileSync(file).equals(content)).toBe(true)
  } finally {
    secure.closeAllConnections()
    secure.close()
  }
})

test('without room on the disk nobody is asked', async () => {
  await expect(download({ ...wanted, bytes: 2 ** 52 }, options())).rejects.toMatchObject({ code: 'disk-full' })
  expect(server.asked).toEqual([])
})
