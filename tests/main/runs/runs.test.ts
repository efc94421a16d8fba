// Runs from start to end on the fake engine: states, queue, what is on the disk, and what is found again after a crash.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deviceFacts } from '../../../src/main/services/devices/facts.ts'
import { settingsFile, withFound } from '../../../src/main/services/devices/settings.ts'
import { checkpointPath, runFolder } from '../../../src/main/services/runs/store.ts'
import type { Run } from '../../../src/shared/contract/runs.ts'
import { runsProject } from './project.ts'

const { runs, studio, project: opened, config, reached, events, trashed, reopened } = runsProject()
const project = opened.id
const stateOf = async (run: string): Promise<string> => (await runs.get({ project, run })).state
const start = async (method: string, more = {}): Promise<string> => (await runs.start({ project, config: config(method, more) })).id
const keepCheckpoint = (run: string): void => {
  const path = checkpointPath(runFolder(opened, run))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'checkpoint')
}

describe('runs', () => {
  test('queued, running, done: the request and the images are in its folder, events tell of each state and step', async () => {
    const run = await runs.start({ project, config: config('report', { labels: { perClass: 2 } }), name: ' First ' })
    expect(run).toMatchObject({ name: 'First', state: 'queued', position: 1, result: null, hasModel: false })
    await reached(run.id, 'done')
    const done = await runs.get({ project, run: run.id })
    expect(done).toMatchObject({ state: 'done', position: null, result: { testAccuracy: 0.875, steps: 2 }, error: null })
    expect(done.progress).toMatchObject({ step: { step: 2, accuracy: 1 }, validation: { accuracy: 0.5 }, kept: { step: 2 }, task: null })
    const states = events.flatMap(({ topic, payload }) => (topic === 'runs.changed' ? (payload as { run: { state: string } }).run.state : []))
    expect(states).toEqual(['queued', 'running', 'done'])
    const told = events.flatMap(({ topic, payload }) => (topic === 'runs.progress' ? (payload as { event: { event: string } }).event.event : []))
    expect(told).toEqual(['start', 'warning', 'step', 'step', 'validation'])

    const folder = runFolder(opened, run.id)
    expect(JSON.parse(readFileSync(join(folder, 'request.json'), 'utf8'))).toMatchObject({ job: 'train', method: 'report', out: folder, seed: 0 })
    const lines = readFileSync(join(folder, 'manifest.ndjson'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(1 + 36)
    expect(lines.filter((line) => line.includes('"labelled":true'))).toHaveLength(4)
    expect(await runs.log({ project, run: run.id })).toEqual({ lines: ['a library that prints'] })
  })

  test('one after another; a waiting one can be moved, paused, cancelled; the order is on the disk', async () => {
    const first = await start('wait')
    const rest = [await start('report'), await start('report'), await start('report'), await start('report')]
    await reached(first, 'running')
    const [a = '', b = '', c = '', d = ''] = rest
    await runs.move({ project, run: d, position: 1 })
    expect(await runs.pause({ project, run: b })).toMatchObject({ state: 'paused', position: null })
    expect(await runs.cancel({ project, run: c })).toMatchObject({ state: 'cancelled', position: null })
    const waiting = opened.db.all<{ id: string }>('SELECT id, position FROM runs WHERE position IS NOT NULL ORDER BY position')
    expect(waiting).toEqual([{ id: d, position: 1 }, { id: a, position: 2 }]) // prettier-ignore
    expect(await runs.pause({ project, run: first })).toMatchObject({ state: 'paused' })
    await reached(a, 'done')
    const ended = opened.db.get<{ ordered: number }>('SELECT (SELECT ended_at FROM runs WHERE id = ?) <= (SELECT started_at FROM runs WHERE id = ?) AS ordered', d, a) // prettier-ignore
    expect(ended).toEqual({ ordered: 1 })
    await expect(runs.pause({ project, run: a })).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/expected it queued or running to become paused, found it done/) as string }) // prettier-ignore
    await expect(runs.resume({ project, run: c })).rejects.toMatchObject({ code: 'conflict' })
    await runs.cancel({ project, run: b })
    await runs.cancel({ project, run: first })
  })

  test('moved before the first while the engine is busy elsewhere: the new first one runs first', async () => {
    const busy = await start('wait')
    await reached(busy, 'running')
    const [a, b] = [await start('report'), await start('wait')]
    await runs.move({ project, run: b, position: 1 })
    await runs.pause({ project, run: busy })
    await reached(b, 'running')
    expect(await stateOf(a)).toBe('queued')
    await runs.cancel({ project, run: b })
    await reached(a, 'done')
  })

  test('a crashed engine interrupts, an error fails; both can go on', async () => {
    const crashed = await start('killed')
    await reached(crashed, 'interrupted')
    expect(await runs.get({ project, run: crashed })).toMatchObject({ error: { code: 'engine-crashed' }, endedAt: expect.any(String) as string })
    const failed = await start('disk-full')
    await reached(failed, 'failed')
    expect(await runs.get({ project, run: failed })).toMatchObject({ error: { code: 'disk-full' } })
    expect(await runs.resume({ project, run: failed })).toMatchObject({ state: 'queued', error: null, endedAt: null })
    await reached(failed, 'failed')
  })

  test('cancelled with its best weights: they become a model in their turn; without: nothing is made of them', async () => {
    const [kept, dropped] = [await start('wait'), await start('wait')]
    for (const run of [kept, dropped]) keepCheckpoint(run)
    await reached(kept, 'running')
    expect(await runs.cancel({ project, run: kept })).toMatchObject({ state: 'cancelled', isFinishing: true, hasCheckpoint: true })
    await reached(dropped, 'running')
    expect(await runs.get({ project, run: kept })).toMatchObject({ isFinishing: false, result: { bestStep: 1 } })
    const told = events.flatMap(({ topic, payload }) => (topic === 'runs.changed' ? [payload as { run: Run }] : []))
    expect(told.filter(({ run }) => run.id === kept && run.state === 'cancelled').map(({ run }) => run.isFinishing)).toEqual([false, true, false])
    await runs.cancel({ project, run: dropped, keepBest: false })
    expect(await runs.get({ project, run: dropped })).toMatchObject({ state: 'cancelled', isFinishing: false, result: null })
  })

  test('a deleted run goes to the trash; one that runs does not', async () => {
    const run = await start('wait')
    await reached(run, 'running')
    await expect(runs.delete({ project, run })).rejects.toMatchObject({ code: 'conflict' })
    await runs.pause({ project, run })
    await runs.delete({ project, run })
    expect(trashed).toEqual([runFolder(opened, run)])
    await expect(runs.get({ project, run })).rejects.toMatchObject({ code: 'not-found' })
    expect(events.at(-1)).toMatchObject({ topic: 'runs.deleted', payload: { project, run } })
  })

  test('what cannot start is refused in words, and nothing is left of it', async () => {
    const before = (await runs.list({ project })).runs.length
    await expect(start('report', { batch: 13 })).rejects.toMatchObject({ code: 'bad-option', message: 'batch: expected luck, found 13' })
    await expect(start('report', { backbone: 'none' })).rejects.toMatchObject({ code: 'bad-option', details: { field: 'backbone' } })
    await expect(start('report', { device: 'abacus' })).rejects.toMatchObject({ code: 'bad-option', details: { field: 'device' } })
    expect((await runs.list({ project })).runs).toHaveLength(before)
    const { problems, warnings, images, classes } = await runs.validate({ project, config: config('report', { labels: { perClass: 3 } }) })
    expect({ problems, images }).toEqual({ problems: [], images: { labelled: 6, unlabelled: 28, validation: 2, test: 0 } })
    expect(classes).toEqual([{ class: 1, labels: 3 }, { class: 2, labels: 3 }]) // prettier-ignore
    expect(warnings.map(({ message }) => message)).toEqual([
      'a step takes 24 labelled images, more than the 6 there are: some come twice in a step',
      'no images are set apart for testing: how good the model is will be known from validation alone',
    ])
  })

  test('more memory than the machine has keeps a run from starting, but not one on a device with memory of its own', async () => {
    const problemsOn = async (device: string) =>
      (await runs.validate({ project, config: config('report', { batch: 4096, device }) })).problems.map(({ message }) => message)
    expect(await problemsOn('cpu')).toEqual([expect.stringMatching(/^memory: expected about 1048576\.0 GB, found .* in this machine/)])
    const found = { usable: true, reason: '', imagesPerSecond: 1 }
    const facts = await deviceFacts()
    await settingsFile(studio).update((settings) => withFound(settings, { backbone: null, facts, threads: 1 }, 'webgpu', found))
    expect(await problemsOn('webgpu')).toHaveLength(process.platform === 'darwin' ? 1 : 0)
  })

  test('side by side: settings that differ', async () => {
    const [a, b] = [await start('report', { seed: 1, settings: { dropout: 0.1 } }), await start('report', { labels: { perClass: 1 } })]
    const { differences } = await runs.compare({ project, runs: [a, b] })
    expect(differences).toEqual([
      { setting: 'seed', values: [1, 0] },
      { setting: 'settings.dropout', values: [0.1, null] },
      { setting: 'labels.perClass', values: [null, 1] },
    ])
    await reached(b, 'done')
  })

  test('metrics by their number, with the lines that are no events left out', async () => {
    const run = await start('report')
    await reached(run, 'done')
    const step = (n: number): string => JSON.stringify({ at: '2026-01-01T00:00:00.000Z', event: 'step', step: n, steps: 9, loss: 1, seconds: n })
    writeFileSync(join(runFolder(opened, run), 'metrics.ndjson'), `${[step(1), '{"event":"other"}', step(2), step(3)].join('\n')}\n`)
    const { lines, next } = await runs.metrics({ project, run, after: 1, limit: 2 })
    expect({ next, lines: lines.map(({ index, event }) => [index, event]) }).toMatchObject({ next: 3, lines: [[2, { event: 'step', step: 2 }]] })
    expect(await runs.metrics({ project, run, after: 4 })).toMatchObject({ lines: [], next: 4 })
  })

  test('what the application left running is interrupted when the project is opened; what waited starts', async () => {
    const [left, waited] = [await start('wait'), await start('report')]
    await reached(left, 'running')
    // As after a power cut: the row says running, and nobody runs it.
    await runs.pause({ project, run: left })
    await reached(waited, 'done')
    opened.db.run("UPDATE runs SET state = 'running' WHERE id = ?", left)
    opened.db.run("UPDATE runs SET state = 'queued', position = 1 WHERE id = ?", waited)
    const again = reopened()
    expect(await again.get({ project, run: left })).toMatchObject({ state: 'interrupted' })
    await reached(waited, 'done')
    expect(existsSync(runFolder(opened, left))).toBe(true)
  })
})
