// The memory that a run may take, by system and device.
import { expect, onTestFinished, test, vi } from 'vitest'
import { freeMemory, hasOwnMemory } from '../../src/node/memory.ts'

const GiB = 2 ** 30

test('what the system says is free; on macOS half of what there is at least', () => {
  for (const platform of ['linux', 'win32'] as const)
    expect(freeMemory(platform, { available: 0.2 * GiB, total: 16 * GiB })).toBe(0.2 * GiB)
  expect(freeMemory('darwin', { available: 0.2 * GiB, total: 16 * GiB })).toBe(8 * GiB)
  expect(freeMemory('darwin', { available: 11 * GiB, total: 16 * GiB })).toBe(11 * GiB)
  expect(freeMemory()).toBeGreaterThan(0)
})

test('graphics cards have memory of their own; the processor, and all that Apple builds, share the machine’s', () => {
  vi.stubEnv('SELF_TUNING_TENSORFLOW', '/nowhere')
  onTestFinished(() => void vi.unstubAllEnvs())
  const own = (platform: NodeJS.Platform) => ['cpu', 'cuda', 'dml', 'webgpu', 'tensorflow'].filter((id) => hasOwnMemory(id, platform))
  for (const platform of ['linux', 'win32'] as const) expect(own(platform)).toEqual(['cuda', 'dml', 'webgpu'])
  expect(own('darwin')).toEqual([])
  expect(hasOwnMemory(undefined, 'linux')).toBe(false)
})
