// A command that looks at a project leaves its queue alone; what is closed before its first step waits as before.
import { expect, test } from 'vitest'
import { RunStore } from '../../../src/main/services/runs/store.ts'
import { runsProject } from './project.ts'

const { runs, project: opened, config, reached, events, reopened, close } = runsProject()
const project = opened.id
const start = async (method: string): Promise<string> => (await runs.start({ project, config: config(method) })).id
const states = (): string[] => new RunStore(opened).list().map(({ state }) => state)

test('closed before its first step a run is the next again; after one it is paused', async () => {
  const stepping = await start('floods')
  await expect.poll(() => events.some(({ topic }) => topic === 'runs.progress')).toBe(true)
  await close()
  expect(states()).toEqual(['paused'])

  const again = reopened()
  const [first, second] = [await again.start({ project, config: config('wait') }), await again.start({ project, config: config('report') })]
  await reached(first.id, 'running')
  await close()
  expect(new RunStore(opened).queue()).toEqual([first.id, second.id])
  expect(await again.get({ project, run: stepping })).toMatchObject({ state: 'paused' })
})

test('only a host that stays takes up what waits; a command trains what it starts', async () => {
  const waiting = new RunStore(opened).queue()
  const command = reopened(false)
  expect((await command.list({ project, state: 'queued' })).runs).toHaveLength(2)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(new RunStore(opened).queue()).toEqual(waiting)
  expect(events).toEqual([])
  const [first = '', second = ''] = waiting
  const { id } = await command.start({ project, config: config('report') })
  await reached(id, 'done')
  await command.resume({ project, run: second })
  await reached(second, 'done')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(new RunStore(opened).queue()).toEqual([first])
})
