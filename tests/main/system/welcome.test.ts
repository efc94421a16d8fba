// The first start: the tour is asked for and the sample drawn where nobody has been yet, and nowhere else.
import { expect, test } from 'vitest'
import { memoryLog } from '../../../src/main/log.ts'
import { defaultSettings } from '../../../src/shared/contract/system.ts'
import { welcomeOnce } from '../../../src/main/services/system/welcome.ts'
import type { Settings } from '../../../src/shared/contract/system.ts'

const before = { folder: '/p', name: 'p', openedAt: '', images: 0, labelled: 0, available: true, opened: null }

async function welcomed(tour: Settings['tour'], projects: number, fails = false): Promise<{ tour: string; drawn: number; log: string[] }> {
  let settings: Settings = { ...defaultSettings, tour }
  let drawn = 0
  const log = memoryLog()
  await welcomeOnce(
    {
      system: { settings: () => settings, updateSettings: (change) => (settings = { ...settings, ...(change as Partial<Settings>) }) },
      projects: {
        recent: () => ({ projects: Array.from({ length: projects }, () => before) }),
        sample: () => {
          if (fails) throw new Error('no room')
          drawn++
          return { task: 't' }
        },
      },
    },
    log,
  )
  return { tour: settings.tour, drawn, log: log.tail(10) }
}

test('it welcomes once: not where there are projects, nor after the tour', async () => {
  expect(await welcomed('unseen', 0)).toEqual({ tour: 'wanted', drawn: 1, log: [] })
  expect(await welcomed('unseen', 1)).toEqual({ tour: 'unseen', drawn: 0, log: [] })
  expect(await welcomed('seen', 0)).toEqual({ tour: 'seen', drawn: 0, log: [] })
})

test('a welcome that nobody saw is for the next start, though its sample is there', async () => {
  expect(await welcomed('wanted', 1)).toEqual({ tour: 'wanted', drawn: 1, log: [] })
})

test('a sample that cannot be drawn is noted and keeps nobody from working', async () => {
  const { tour, log } = await welcomed('unseen', 0, true)
  expect(tour).toBe('wanted')
  expect(log.join('\n')).toContain('the sample project of the first start cannot be drawn')
})
