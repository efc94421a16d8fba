// The program `serve`: what it prints, how it ends.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { connect } from '../../../src/renderer/api/connect.ts'

const program = fileURLToPath(new URL('../fake/serve.ts', import.meta.url))

interface Started {
  readonly child: ChildProcessWithoutNullStreams
  readonly out: () => string
  readonly errors: () => string
  readonly ended: Promise<number | null>
}

function start(...words: string[]): Started {
  const child = spawn(process.execPath, [program, ...words])
  let out = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, out: () => out, errors: () => errors, ended }
}

/** The printed address. */
async function url({ out }: Started): Promise<URL> {
  const line = await vi.waitFor(() => /^Self-Tuning Studio: (\S+)$/m.exec(out())?.[1] ?? expect.fail(out()), { timeout: 10_000 })
  return new URL(line)
}

test('opens the project, prints one address, closes in good order', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no signals: the process is ended at once')
  const server = start('--port', '0', '--project', '/some/project')
  const { origin, searchParams } = await url(server)
  const connection = connect({ address: `${origin}/`, token: searchParams.get('token') ?? '' })
  expect(await connection.api.system.version({})).toMatchObject({ version: '1.2.3' })
  server.child.kill('SIGTERM')
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  connection.close()
  expect(
    server
      .out()
      .split('\n')
      .filter((line) => !line.startsWith('Self')),
  ).toEqual(['open /some/project', 'closing', 'closed', ''])
  expect(server.errors()).toBe('')
})

test('leads to the folder that it is to begin with; what is none is refused by name', async () => {
  const folder = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '')
  const [server, gone] = [start('--port', '0', '--folder', folder), start('--port', '0', '--folder', `${folder}/gone`)]
  const entered = await fetch(await url(server))
  expect(entered.headers.get('refresh')).toBe(`0; url=/#/?open=${encodeURIComponent(folder)}`)
  expect(await gone.ended).toBe(1)
  expect(gone.errors()).toBe(`error: ${join(folder, 'gone')}: expected a folder of images or a project, found none\n`)
  server.child.kill('SIGTERM')
  await server.ended
})

test('asked twice, it ends at once', async () => {
  const server = start('--port', '0', '--project', '/slow', '--host', '0.0.0.0', '--allow-network')
  await url(server)
  expect(server.errors()).toContain('Other machines can reach this server')
  server.child.kill('SIGINT')
  await vi.waitFor(() => expect(server.out()).toContain('closing'))
  await new Promise((resolve) => setTimeout(resolve, 550))
  server.child.kill('SIGINT')
  expect(await server.ended).toBe(130)
})

test('a terminal that closes: in good order too, though nobody reads what it says', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no signals: the process is ended at once')
  const server = start('--port', '0')
  await url(server)
  server.child.stdout.destroy()
  server.child.stderr.destroy()
  server.child.kill('SIGHUP')
  expect(await server.ended).toBe(0)
})

test('a port that is taken, options that do not fit', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  const { port } = holder.address() as AddressInfo
  const [taken, unknown, wrong] = [start('--port', String(port)), start('--nothing'), start('--host', '0.0.0.0')]
  expect(await Promise.all([taken.ended, unknown.ended, wrong.ended])).toEqual([1, 1, 1])
  holder.close()
  expect(taken.errors()).toMatch(/^error: 127\.0\.0\.1:\d+: expected an address to listen on, found: .*EADDRINUSE.*\n$/)
  expect(taken.out()).toBe('closing\nclosed\n')
  expect(unknown.errors()).toBe("error: unknown option '--nothing'\n")
  expect(wrong.errors()).toContain('--allow-network')
})
