// Commands on projects that are to stop: before they have begun, and while they wait.
import { expect, test, vi } from 'vitest'
import { resume, start } from '../../src/main/cli/studio/run.ts'
import { follow } from '../../src/main/cli/studio/session.ts'
import type { Session } from '../../src/main/cli/studio/session.ts'

/** @param runs and tasks answer as far as they are needed */
function session(api: { runs?: object; tasks?: object }, signal: AbortSignal): Session {
  const projects = { open: () => Promise.resolve({ id: 'p' }) }
  return { api: { projects, ...api }, signal, on: () => () => undefined, output: { event: () => undefined } } as unknown as Session
}

test('Ctrl-C before a run is made: none is', async () => {
  const runs = { start: vi.fn() }
  await expect(start('/p', { method: 'm' }, undefined)(session({ runs }, AbortSignal.abort()))).rejects.toMatchObject({
    code: 'stopped',
  })
  expect(runs.start).not.toHaveBeenCalled()
})

test('Ctrl-C before a run is waited for: it is paused', async () => {
  const run = { id: 'r', project: 'p', state: 'running', error: null }
  const runs = {
    resume: () => Promise.resolve(run),
    get: () => Promise.resolve(run),
    pause: vi.fn(() => Promise.resolve({ ...run, state: 'paused' })),
  }
  await expect(resume('/p', 'r')(session({ runs }, AbortSignal.abort()))).rejects.toMatchObject({
    message: expect.stringContaining('paused') as string,
  })
  expect(runs.pause).toHaveBeenCalledWith({ project: 'p', run: 'r' })
})

test.each([
  ['import', '/photos: stopped; what was done so far stays'],
  ['import-labels', '/photos: stopped'],
])('Ctrl-C before or while a task is waited for: %s', async (kind, message) => {
  for (const early of [true, false]) {
    const stopping = new AbortController()
    if (early) stopping.abort()
    const ended = Promise.withResolvers<object>()
    const task = { kind, state: 'cancelled', error: null, result: null, subject: '/photos' }
    const tasks = {
      wait: () => ended.promise,
      cancel: () => Promise.resolve(ended.resolve(task)),
    }
    const followed = follow(session({ tasks }, stopping.signal), { task: 't' })
    stopping.abort()
    await expect(followed).rejects.toMatchObject({ code: 'stopped', message })
  }
})
