// Trying a device that crashes or hangs the process is an answer, and the next device is tried after it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { EngineQueue } from '../../../src/main/engine/queue.ts'
import { deviceFacts } from '../../../src/main/services/devices/facts.ts'
import { probe } from '../../../src/main/services/devices/probe.ts'
import type { KnownDevice } from '../../../src/main/services/devices/known.ts'

const program = vi.hoisted(() => ({ version: '' }))
vi.mock(import('../../../src/main/version.ts'), async (original) => {
  const real = await original()
  return { ...real, version: () => program.version || real.version() }
})

const engine = new EngineQueue({
  entry: new URL('../fake/probing-engine.ts', import.meta.url),
  graceMilliseconds: { training: 100, foreground: 100, background: 100 },
})
afterAll(() => engine.close())

const device = (id: string): KnownDevice => ({ id, name: id, platforms: [] })
const tried = (id: string, milliseconds?: number) => probe(engine, device(id), { threads: 1 }, new AbortController().signal, milliseconds)

test('a crash, a refusal and wrong numbers are a no with the reason', async () => {
  expect(await tried('crashes')).toMatchObject({ usable: false, reason: expect.stringContaining('ended unexpectedly') as string })
  expect(await tried('refuses')).toEqual({ usable: false, reason: 'no adapter', imagesPerSecond: null, step: null })
  expect(await tried('works')).toEqual({
    usable: true,
    reason: 'right to 1e-7 in a training step, 123 images/s; on the processor: Sin',
    imagesPerSecond: 123.4,
    step: { loss: 2.5, gradient: 0.5 },
  })
})

test('a device that hangs its thread is ended after a while', async () => {
  expect(await tried('hangs', 700)).toMatchObject({ usable: false, reason: expect.stringContaining('no answer within 1 s') as string })
  expect(await tried('works')).toMatchObject({ usable: true })
})

test('time spent waiting for another job does not count', async () => {
  const first = tried('slow')
  await setTimeout(1)
  expect(await Promise.all([first, tried('works', 1_500)])).toMatchObject([{ usable: true }, { usable: true }])
})

test('to be stopped is no answer', async () => {
  const stop = new AbortController()
  const answer = probe(engine, device('hangs'), {}, stop.signal)
  await setTimeout(300)
  stop.abort()
  await expect(answer).rejects.toMatchObject({ code: 'stopped' })
})

test('what is known of the machine stays the same until something changes', async () => {
  const before = await deviceFacts()
  expect(await deviceFacts()).toBe(before)
  vi.stubEnv('VK_ICD_FILENAMES', '/another/driver.json')
  onTestFinished(() => void vi.unstubAllEnvs())
  if (process.platform === 'linux') expect(await deviceFacts()).not.toBe(before)
  vi.unstubAllEnvs()
  program.version = '0.0.1'
  expect(await deviceFacts()).not.toBe(before)
  // A system without a reader of its own has its version at least.
  expect(await deviceFacts('aix')).not.toBe(before)
})

test.skipIf(process.platform === 'win32')(
  'a driver of Windows counts, though reg ends with an error at a key that is closed to it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reg-'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    const factsWith = (version: string): Promise<string> => {
      const adapter = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0000`
      const words = `#!/bin/sh\ncat << 'end'\n\n${adapter}\n    DriverVersion    REG_SZ    ${version}\n\nend\necho "ERROR: Access is denied." >&2\nexit 1\n`
      writeFileSync(join(folder, 'reg'), words, { mode: 0o755 })
      return deviceFacts('win32')
    }
    const before = await factsWith('32.0.15.6094')
    expect(await factsWith('32.0.15.6094')).toBe(before)
    expect(await factsWith('32.0.15.6603')).not.toBe(before)
  },
)
