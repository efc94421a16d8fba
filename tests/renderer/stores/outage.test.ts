// What is read while the connection is lost, what is read again when it is there, and which of two answers counts.
import { effectScope } from 'vue'
import { expect, test } from 'vitest'
import { useApi } from '../../../src/renderer/api/platform.ts'
import { useResource } from '../../../src/renderer/composables/use-resource.ts'
import { useProject } from '../../../src/renderer/stores/project.ts'
import { useRunMetrics } from '../../../src/renderer/stores/run-metrics.ts'
import { useTasks } from '../../../src/renderer/stores/tasks.ts'
import type { JobEvent } from '../../../src/shared/events.ts'
import type { Task } from '../../../src/shared/contract/tasks.ts'
import { fakePlatform, settled } from '../support/fake-platform.ts'

const asked: string[] = []
const there = new Set(['a'])
const lines: JobEvent[] = []
let task = { id: 't', kind: 'suggest', state: 'running', createdAt: '' } as Task
const told = <Value>(name: string, value: Value): Value => {
  asked.push(name)
  return value
}
const services = fakePlatform({
  projects: { get: ({ project: id }: { project: string }) => told(`project ${id}`, { id, folder: '/', revision: 1 }) },
  system: { version: () => told('version', { version: '1' }) },
  runs: {
    metrics: ({ project, run }: { project: string; run: string }) => {
      if (!there.has(project)) throw new Error(`${run}: expected a run of ${project}`)
      return told(`metrics ${run}`, { lines: lines.map((event) => ({ event })), next: lines.length, classes: [] })
    },
  },
  tasks: { list: () => ({ tasks: [task] }), get: () => task, cancel: () => task },
})
Object.assign(globalThis, { localStorage: { getItem: () => null, setItem: () => undefined } })
const step = (at: number): JobEvent => ({ event: 'step', step: at, steps: 9, loss: 1, seconds: at })

test('what failed in an outage without a missed event is read when it is over, after the project; nothing is read twice', async () => {
  const project = useProject()
  const scope = effectScope()
  const read = scope.run(() => useResource((signal) => useApi().system.version({}, { signal })))
  await services.connected('reset')
  expect(asked.splice(0)).toEqual(['version'])
  await services.connected('disconnected')
  void project.show('a')
  const late = scope.run(() => useResource((signal) => useApi().system.version({}, { signal })))
  await settled()
  expect(late?.error.value?.code).toBe('disconnected')
  expect(project.project).toBeNull()
  await services.connected('connected')
  expect(asked.splice(0)).toEqual(['project a', 'version', 'version'])
  expect([read?.error.value, late?.error.value, late?.data.value]).toEqual([null, null, { version: '1' }])
  expect(project.id).toBe('a')
  scope.stop()
})

test('a run that begins while another project is open keeps its curves; what failed is read again when it is looked at', async () => {
  const metrics = useRunMetrics()
  services.open('a')
  metrics.of('r')
  await settled()
  services.open('b')
  lines.push(step(1))
  services.emit('runs.progress', { project: 'a', run: 'r', event: { event: 'start', steps: 9 } as JobEvent })
  await settled()
  services.emit('runs.progress', { project: 'a', run: 'r', event: step(2) })
  services.open('a')
  expect([...metrics.of('r').curves.loss.view().x]).toEqual([1, 2])

  await services.connected('disconnected')
  services.emit('runs.progress', { project: 'a', run: 'r', event: { event: 'start', steps: 9 } as JobEvent })
  await settled()
  expect(metrics.of('r').error?.code).toBe('disconnected')
  await services.connected('connected')
  expect(metrics.of('r').error).toBeNull()

  // Of a project that is not there yet: nobody reads it again but who looks.
  services.open('c')
  expect(metrics.of('r').isRead).toBe(false)
  await settled()
  expect(metrics.of('r').error?.message).toContain('expected a run of c')
  await settled()
  there.add('c')
  asked.splice(0)
  metrics.of('r')
  await settled()
  metrics.of('r')
  await settled()
  expect(asked).toEqual(['metrics r'])
  expect([metrics.of('r').error, metrics.of('r').isRead]).toEqual([null, true])
})

test('an older answer does not bring an ended task back', async () => {
  const tasks = useTasks()
  services.emit('tasks.changed', { task: { ...task, state: 'done' } })
  const cancelled = tasks.cancel('t')
  await cancelled
  expect(tasks.byId.get('t')?.state).toBe('done')
  expect(tasks.active).toEqual([])
  task = { ...task, state: 'cancelled' }
  await tasks.cancel('t')
  expect(tasks.byId.get('t')?.state).toBe('cancelled')
})

test('a task that the services have forgotten has failed, one that began while they were asked has not', async () => {
  const tasks = useTasks()
  services.emit('tasks.changed', { task: { ...task, id: 'old', state: 'running' } })
  task = { ...task, id: 't' }
  const end = tasks.ended('old')
  const back = services.connected('reset')
  services.emit('tasks.changed', { task: { ...task, id: 'new', state: 'running' } })
  await back
  expect((await end).error?.code).toBe('disconnected')
  expect(tasks.active.map(({ id }) => id)).toEqual(['new'])
})
