// What follows training: progress of the window, sleep of the machine, a word when it is over, and stopping all of it.
import { beforeEach, expect, test, vi } from 'vitest'
import type { Run, RunState } from '../../../src/shared/contract/runs.ts'
import type { Project } from '../../../src/shared/contract/projects.ts'
import { inProcess } from '../../../src/main/transport/in-process.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import type { FakeServices } from '../../support/fake-services.ts'

vi.mock('electron', () => import('./electron.ts'))
const { BrowserWindow, Notification, powerSaveBlocker, Tray } = await import('./electron.ts')
const { notifyOfEnds } = await import('../../../src/main/shell/notifications.ts')
const { stayAwake } = await import('../../../src/main/shell/power.ts')
const { showProgress } = await import('../../../src/main/shell/progress.ts')
const { TrainingWatch } = await import('../../../src/main/shell/training.ts')
const { BackgroundTray } = await import('../../../src/main/shell/tray.ts')
const { MainWindow } = await import('../../../src/main/shell/window.ts')
const { wordsFor } = await import('../../../src/main/shell/words/index.ts')

const words = () => wordsFor('en', [])
const step = (at: number) => ({ event: 'step' as const, step: at, steps: 100, loss: 1, seconds: 1 })

function runOf(state: RunState, id = 'a', more: Partial<Run> = {}): Run {
  return {
    id,
    project: someProject,
    name: `Run ${id}`,
    config: { method: 'self-tuning', backbone: 'b', budget: 'quick', settings: {}, seed: 0 },
    state,
    position: null,
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    endedAt: null,
    progress: { step: null, validation: null, kept: null, task: null },
    result: null,
    error: null,
    isFinishing: false,
    hasModel: false,
    hasCheckpoint: false,
    ...more,
  }
}

interface Scene {
  readonly services: FakeServices
  readonly watch: InstanceType<typeof TrainingWatch>
  readonly window: InstanceType<typeof BrowserWindow>
  readonly wishes: unknown[]
  readonly cancelled: string[]
  readonly tray: InstanceType<typeof BackgroundTray>
  readonly change: (run: Run) => Promise<void>
}

async function scene(runs: readonly Run[] = []): Promise<Scene> {
  const cancelled: string[] = []
  const services = fakeServices({
    projects: {
      list: () => ({
        projects: [{ id: someProject } as Project].map((one) => ({
          ...one,
          name: 'p',
          folder: '/p',
          createdAt: '2026-01-01T00:00:00Z',
          images: 0,
          labelled: 0,
          classes: 0,
          revision: 0,
        })),
      }),
    },
    runs: {
      list: () => ({ runs: [...runs] }),
      cancel: ({ run }) => {
        cancelled.push(run)
        return runOf('cancelled', run)
      },
    },
  })
  const connection = inProcess(services)
  await new Promise<void>((resolve) => connection.onState((state) => state === 'reset' && resolve()))
  const watch = new TrainingWatch(connection)
  const shown = new BrowserWindow({ webPreferences: {} })
  const window = new MainWindow(() => shown as never)
  window.show()
  shown.emit('ready-to-show')
  shown.show()
  const wishes: unknown[] = []
  const tray = new BackgroundTray({ words, show: () => undefined, pauseAndQuit: () => undefined })
  for (const one of [stayAwake(), showProgress(window), notifyOfEnds(window, { send: (wish) => void wishes.push(wish) }, words), tray])
    watch.listen(one)
  const change = async (run: Run): Promise<void> => {
    services.events.emit('runs.changed', { run })
    const heard = new Promise((resolve) => connection.on('splits.changed', resolve))
    services.events.emit('splits.changed', { project: someProject, revision: 1 })
    await heard
  }
  return { services, watch, window: shown, wishes, cancelled, tray, change }
}

beforeEach(() => {
  Notification.shown.length = 0
})

test('while a model trains, the window shows how far it is and the machine stays awake', async () => {
  const { services, window, change } = await scene()
  expect([window.progress, powerSaveBlocker.running.size]).toEqual([-1, 0])
  await change(runOf('running'))
  expect([window.progress, powerSaveBlocker.running.size]).toEqual([2, 1])
  services.events.emit('runs.progress', { project: someProject, run: 'a', event: step(25) })
  await vi.waitFor(() => expect(window.progress).toBe(0.25))
  await change(runOf('paused'))
  expect([window.progress, powerSaveBlocker.running.size]).toEqual([-1, 0])
})

test('a project that closes takes its training along', async () => {
  const { services, window, change } = await scene()
  await change(runOf('running'))
  services.events.emit('projects.closed', { project: someProject, folder: '/p', reason: 'folder-gone' })
  await vi.waitFor(() => expect([window.progress, powerSaveBlocker.running.size]).toEqual([-1, 0]))
})

test('the end of a run is said to somebody who looks elsewhere, and leads to its results', async () => {
  const { window, wishes, change } = await scene()
  window.isFront = true
  await change(runOf('running'))
  await change(runOf('done'))
  expect(Notification.shown).toHaveLength(0)
  window.isFront = false
  await change(runOf('running'))
  const validation = { event: 'validation' as const, step: 9, accuracy: 0.9375, kept: true }
  await change(runOf('done', 'a', { progress: { step: null, validation: null, kept: validation, task: null } }))
  expect(Notification.shown.map(({ options }) => options.title)).toEqual(['Run a is trained'])
  expect(Notification.shown[0]?.options.body).toBe('Accuracy on validation images: 93.8 %')
  Notification.shown[0]?.emit('click')
  expect([window.isFront, wishes]).toEqual([true, [{ project: someProject, run: 'a' }]])
})

test('what a person has paused or cancelled, and what never ran, is no news; a failure is', async () => {
  const { change, window } = await scene()
  window.isFront = false
  await change(runOf('running'))
  await change(runOf('paused'))
  await change(runOf('running', 'b'))
  await change(runOf('cancelled', 'b'))
  await change(runOf('queued', 'c'))
  await change(runOf('done', 'd'))
  expect(Notification.shown).toHaveLength(0)
  await change(runOf('running', 'e'))
  await change(runOf('failed', 'e', { error: { code: 'diverged', message: 'loss: expected a number, found NaN' } }))
  expect(Notification.shown.map(({ options }) => options)).toMatchObject([
    { title: 'Run e has failed', body: 'loss: expected a number, found NaN' },
  ])
})

test('without a window the tray says what trains', async () => {
  const { tray, services, change } = await scene()
  tray.appear()
  expect(Tray.current?.toolTip).toBe('Self-Tuning Studio: no training')
  await change(runOf('running'))
  services.events.emit('runs.progress', { project: someProject, run: 'a', event: step(50) })
  await vi.waitFor(() => expect(Tray.current?.toolTip).toBe('Self-Tuning Studio: Run a, 50 %'))
  tray.disappear()
  expect(Tray.current).toBeNull()
})

test('stopping all: waiting runs first, so that none of them begins', async () => {
  const { watch, cancelled } = await scene([
    runOf('running', 'a'),
    runOf('queued', 'b'),
    runOf('done', 'c'),
    runOf('paused', 'd'),
    runOf('queued', 'e'),
  ])
  expect((await watch.unfinished()).map(({ id }) => id)).toEqual(['a', 'b', 'e'])
  await watch.stopAll()
  expect(cancelled).toEqual(['b', 'e', 'a'])
})
