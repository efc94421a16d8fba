// When the check for a newer release asks by itself: once a day, whatever happens in between.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'

vi.mock('electron', () => import('./electron.ts'))
const { net } = await import('./electron.ts')
const { UpdateCheck } = await import('../../../src/main/shell/update-check.ts')

const dataFolder = mkdtempSync(join(tmpdir(), 'update-'))
const hour = 60 * 60 * 1000
const later = setTimeout
/** The file has been read, by a clock that the test does not hold. */
const settled = (): Promise<void> => new Promise((resolve) => later(resolve, 100))
const warnings: string[] = []
const log = { info: () => undefined, warn: (text: string) => void warnings.push(text) }
afterAll(() => {
  vi.useRealTimers()
  rmSync(dataFolder, { recursive: true })
})

function started(): InstanceType<typeof UpdateCheck> {
  const unused = { window: null as never, words: () => expect.fail('there is nothing to say') }
  const check = new UpdateCheck({ ...unused, repository: 'owner/name', version: '1.0.0', dataFolder, log })
  check.setAutomatic(true)
  return check
}

test('starting again and switching it on again ask nobody before a day is over', async () => {
  const asks = vi
    .spyOn(net, 'fetch')
    .mockImplementation(() => Promise.resolve(Response.json({ tag_name: 'v1.0.0', html_url: 'https://x.org/' })))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  const first = started()
  await vi.waitFor(() => expect(asks).toHaveBeenCalledTimes(1))
  first.setAutomatic(false)
  first.setAutomatic(true)
  await settled()
  await vi.advanceTimersByTimeAsync(hour)
  first.setAutomatic(false)

  const second = started()
  await settled()
  await vi.advanceTimersByTimeAsync(22 * hour)
  expect(asks).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(2 * hour)
  await vi.waitFor(() => expect(asks).toHaveBeenCalledTimes(2))
  second.setAutomatic(false)
  expect(warnings).toEqual([])
})
