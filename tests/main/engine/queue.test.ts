// The engine's queue with the fake engine: order, making room, stopping, and what becomes of jobs that hang or crash.
import { afterEach, expect, test } from 'vitest'
import { EngineQueue } from '../../../src/main/engine/queue.ts'
import type { QueueOptions } from '../../../src/main/engine/queue.ts'
import type { JobOptions, Priority } from '../../../src/main/services/context.ts'
import type { AppError } from '../../../src/shared/errors.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'

const entry = new URL('../fake/engine.ts', import.meta.url)
const queues: EngineQueue[] = []
const queue = (options: QueueOptions = {}): EngineQueue => {
  const made = new EngineQueue({ entry, ...options })
  queues.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(queues.splice(0).map((made) => made.close()))
})

/** What happens, in order. */
const log: string[] = []
const add = (engine: EngineQueue, subject: string, method: string, priority: Priority, more: Partial<JobOptions> = {}) => {
  const request = trainRequestSchema.parse({ job: 'train', images: '/i', backbone: '/b', method, out: '/o' })
  const onStart = (): void => void log.push(`${subject} starts`)
  const job = engine.run(request, { subject, priority, onStart, ...more })
  const end = job.then(
    () => void log.push(`${subject} done`),
    (error: unknown) => void log.push(`${subject} ${(error as AppError).code}`),
  )
  return { job, end }
}
const waiting = (): { onEvent: NonNullable<JobOptions['onEvent']>; seen: Promise<void> } => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { onEvent: ({ event }) => event === 'log' && resolve(undefined), seen: promise }
}

test('one heavy job at a time, by priority; what runs in the background makes room and begins anew; light jobs run beside', async () => {
  log.length = 0
  const engine = queue()
  const abort = new AbortController()
  const { onEvent, seen } = waiting()
  const suggest = add(engine, 'suggest', 'wait', 'background', { onEvent, signal: abort.signal })
  await seen
  expect(engine.status()).toMatchObject({ state: 'busy', subject: 'suggest', lastHeartbeat: expect.any(String) as string })
  await engine.run({ job: 'methods' }, { subject: 'methods', priority: 'foreground' })
  const ends = [add(engine, 'predict', 'report', 'foreground'), add(engine, 'train', 'report', 'training')].map(({ end }) => end)
  await Promise.all(ends)
  await expect.poll(() => log.at(-1)).toBe('suggest starts')
  abort.abort()
  await suggest.end
  expect(log).toEqual([
    ...['suggest starts', 'train starts', 'train done', 'predict starts', 'predict done'],
    ...['suggest starts', 'suggest stopped'],
  ])
  expect(engine.status()).toMatchObject({ state: 'idle', subject: null })
})

test('a brief job runs beside a training; one of the background makes room for one that somebody waits for', async () => {
  const engine = queue()
  const abort = new AbortController()
  const [training, background] = [waiting(), waiting()]
  const train = add(engine, 'train', 'wait', 'training', { onEvent: training.onEvent, signal: abort.signal })
  await training.seen
  const evaluate = (model: string, priority: Priority, more: Partial<JobOptions> = {}) =>
    engine.run<'evaluate'>({ job: 'evaluate', model, images: '/i' }, { subject: `${model} in the ${priority}`, priority, ...more })
  const suggest = evaluate('wait', 'background', { onEvent: background.onEvent, signal: abort.signal })
  await background.seen
  await expect(evaluate('report', 'foreground')).resolves.toMatchObject({ job: 'evaluate' })
  expect(engine.status()).toMatchObject({ state: 'busy', subject: 'train' })
  const ends = [train.job, suggest].map((job) => expect(job).rejects.toMatchObject({ code: 'stopped' }))
  abort.abort()
  await Promise.all(ends)
})

test('a job that waits is dropped by its signal; one that does not heed the signal is killed after a while', async () => {
  const engine = queue({ graceMilliseconds: { training: 50, foreground: 50, background: 50 } })
  const { onEvent, seen } = waiting()
  const [first, second] = [new AbortController(), new AbortController()]
  const stuck = add(engine, 'stuck', 'stuck', 'foreground', { onEvent, signal: first.signal })
  const dropped = add(engine, 'second', 'report', 'foreground', { signal: second.signal })
  await seen
  second.abort()
  await expect(dropped.job).rejects.toMatchObject({ code: 'stopped', message: 'second: stopped before it began' })
  first.abort()
  await expect(stuck.job).rejects.toMatchObject({ code: 'stopped' })
})

test('a job that gives no sign of life is ended as crashed, and the next one runs', async () => {
  const engine = queue({ silenceMilliseconds: 2500 })
  const stuck = add(engine, 'stuck', 'stuck', 'training')
  const next = add(engine, 'next', 'report', 'background')
  await expect(stuck.job).rejects.toMatchObject({ code: 'engine-crashed', message: expect.stringMatching(/hung.* 3 s/) as string })
  await expect(next.job).resolves.toMatchObject({ job: 'train' })
  await expect(add(engine, 'killed', 'killed', 'training').job).rejects.toMatchObject({ code: 'engine-crashed' })
})

test('closing stops what runs and drops what waits; nothing starts afterwards', async () => {
  const engine = queue()
  const { onEvent, seen } = waiting()
  const running = add(engine, 'running', 'wait', 'training', { onEvent })
  const left = add(engine, 'left', 'report', 'training')
  await seen
  const refused = [running.job, left.job].map((job) => expect(job).rejects.toMatchObject({ code: 'stopped' }))
  await engine.close()
  await Promise.all(refused)
  await expect(add(engine, 'late', 'report', 'training').job).rejects.toMatchObject({ code: 'stopped' })
})

test('quick jobs go to one process, one after another: crashed or left alone for long, it is replaced', async () => {
  const engine = queue({ keptMilliseconds: 400 })
  const pid = async (file: string, signal?: AbortSignal): Promise<number> => {
    const about = { subject: file, priority: 'foreground', ...(signal && { signal }) } as const
    return (await engine.run<'inspect'>({ job: 'inspect', file }, about)).bytes
  }
  const first = await pid('a')
  expect(await pid('a')).toBe(first)
  await expect(pid('missing')).rejects.toMatchObject({ code: 'not-found' })
  const abort = new AbortController()
  const slow = pid('slow', abort.signal)
  setTimeout(() => abort.abort(), 50)
  await expect(slow).rejects.toMatchObject({ code: 'stopped' })
  expect(await pid('a')).toBe(first)

  process.kill(first, 'SIGKILL')
  const second = await pid('a')
  expect(second).not.toBe(first)
  await expect(pid('crash')).rejects.toMatchObject({ code: 'engine-crashed' })
  const third = await pid('a')
  expect([first, second]).not.toContain(third)
  await expect(pid('fault')).rejects.toMatchObject({ code: 'internal', details: { log: expect.any(String) as string } })

  const [last, other] = await Promise.all([pid('a'), pid('a')])
  expect(other).not.toBe(last)
  const gone = (id: number): boolean => {
    try {
      return !process.kill(id, 0)
    } catch {
      return true
    }
  }
  await expect.poll(() => gone(last) && gone(other), { timeout: 5000 }).toBe(true)
})
