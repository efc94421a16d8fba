// Setting up CUDA: what is in its way is said before, what goes wrong in one line after, and nothing is left of a failed try.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { driverVersion, obstacle } from '../../scripts/setup-cuda/checks.ts'
import { install, missingLibraries, remove } from '../../scripts/setup-cuda/install.ts'

const place = mkdtempSync(join(tmpdir(), 'cuda-'))
afterAll(() => rmSync(place, { recursive: true }))

const machine = { platform: 'linux', arch: 'x64', driver: '550.54.14', freeBytes: 2 ** 40 } as const

test.each([
  [machine, false, null],
  [{ ...machine, platform: 'win32' }, false, 'DirectML'],
  [{ ...machine, platform: 'darwin', arch: 'arm64' }, false, 'expected Linux on x64'],
  [{ ...machine, driver: null }, false, 'found none'],
  [{ ...machine, driver: null }, true, null],
  [{ ...machine, driver: '470.82.01' }, false, 'found 470.82.01'],
  [{ ...machine, freeBytes: 2 ** 20 }, false, 'found 0.0 GB'],
] as const)('%o without driver %s: %s', (found, withoutDriver, expected) => {
  if (expected === null) expect(obstacle(found, withoutDriver)).toBeNull()
  else expect(obstacle(found, withoutDriver)).toContain(expected)
})

test('the driver says its version in two ways', () => {
  expect(driverVersion('NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22')).toBe('550.54.14')
  expect(driverVersion('NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build')).toBe('570.124.06')
  expect(driverVersion('')).toBeNull()
})

/** An installer that does as it is told. */
async function tryIt(name: string, source: string): Promise<{ left: string[]; error: string | null }> {
  const folder = mkdtempSync(join(place, `${name}-`))
  const script = join(place, `${name}.js`)
  writeFileSync(script, `const fs = require('fs'), folder = ${JSON.stringify(folder)};\n${source}`)
  const error = await install({ script, folder, onProgress: () => undefined }).then(() => null, String) // prettier-ignore
  return { left: readdirSync(folder), error }
}

const write = (names: string): string =>
  `for (const name of ${names}) fs.writeFileSync(folder + '/libonnxruntime_providers_' + name + '.so', process.env.ONNXRUNTIME_NODE_INSTALL)`

test('libraries of a whole installation are there, and can be removed', async () => {
  const { left, error } = await tryIt('whole', write("['cuda', 'shared', 'tensorrt']"))
  expect(error).toBeNull()
  expect(left).toHaveLength(3)
  const [folder = ''] = readdirSync(place).filter((name) => name.startsWith('whole-'))
  expect(await missingLibraries(join(place, folder))).toEqual([])
  expect(await remove(join(place, folder))).toBe(3)
  expect(await remove(join(place, folder))).toBe(0)
})

test.each([
  ['offline', "throw Object.assign(new Error('getaddrinfo ENOTFOUND api.nuget.org'), { code: 'ENOTFOUND' })", 'cannot be reached'],
  ['gone', "throw new Error('Failed to resolve package.')", 'Failed to resolve package'],
  ['partial', write("['cuda']"), 'libonnxruntime_providers_shared.so'],
  ['half', `${write("['cuda', 'shared']")}; throw new Error('write ENOSPC')`, 'the disk is full'],
])('%s: the reason in words, nothing left', async (name, source, reason) => {
  const { left, error } = await tryIt(name, source)
  expect(error).toContain(reason)
  expect(left).toEqual([])
})
