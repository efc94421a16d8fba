// One suite for all transports: what a caller and a listener may rely on, whatever lies between them and the services.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../src/shared/errors.ts'
import type { Topic } from '../../../src/shared/contract/index.ts'
import type { Connection, ConnectionState } from '../../../src/shared/transport/connection.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import { pipes } from './pipes.ts'
import type { Pipe } from './pipes.ts'

const quick = { delays: { first: 5, last: 20 } }

describe.each(Object.entries(pipes))('%s', (_, make) => {
  const services = fakeServices()
  let pipe: Pipe
  let connection: Connection
  beforeAll(async () => {
    pipe = await make(services)
    connection = pipe.connect(quick)
  })
  afterAll(() => connection.close())

  const failure = (promise: Promise<unknown>): Promise<AppError> =>
    promise.then(
      (value) => expect.fail(`expected an error, found ${JSON.stringify(value)}`),
      (error: unknown) => {
        expect(error).toBeInstanceOf(AppError)
        return error as AppError
      },
    )

  test('a call: defaults go in, the answer comes out', async () => {
    const { api } = connection
    expect(await api.system.version({})).toEqual({ version: '1.2.3', node: 'v24', platform: 'linux', dataFolder: '/data' })
    const { lines } = await api.system.log({})
    expect(lines).toHaveLength(200)
    expect(lines[7]).toBe('line 7 \u2028 ö \u{1f98b}')
  })

  test('an error is the same on the other side, causes included, stacks not', async () => {
    const error = await failure(connection.api.projects.get({ project: someProject }))
    expect(error.toJSON()).toEqual({
      code: 'not-found',
      message: `project ${someProject}: expected an open project, found none`,
      details: { project: someProject, open: 0, why: null, sure: true },
      cause: { code: 'no-access', message: 'outer', cause: { code: 'internal', message: 'inner' } },
    })
    const fault = await failure(connection.api.system.settings({}))
    expect(fault.toJSON()).toEqual({ code: 'internal', message: 'x is not a function' })
    expect(services.faults.at(-1)).toBeInstanceOf(TypeError)
    const unfit = await failure(connection.api.system.health({}))
    expect(unfit).toMatchObject({ code: 'internal', message: expect.stringContaining('system.health: expected an answer as in') as string })
  })

  test.each([
    ['nothing', 'get'],
    ['projects', 'nothing'],
    ['constructor', 'get'],
    ['__proto__', '__proto__'],
    ['projects', 'constructor'],
    ['projects', '__proto__'],
    ['tasks', 'toString'],
    ['projects', 'get/../list'],
    ['', ''],
    ['..', 'projects'],
  ])('there is no method %s.%s', async (service, method) => {
    expect(await failure(connection.call(service, method, {}))).toMatchObject({ code: 'bad-option' })
  })

  test('input that does not fit is refused by name', async () => {
    const refused = async (input: unknown): Promise<string> => {
      const error = await failure(connection.call('system', 'log', input))
      expect(error.code).toBe('bad-option')
      return error.message
    }
    expect(await refused({ lines: 'many' })).toBe('system.log: lines: expected a whole number from 1 to 10000, found "many"')
    expect(await refused({ lines: NaN })).toContain('found null')
    expect(await refused({ lines: 1, line: 2 })).toBe('system.log: line: expected one of lines, found line')
    expect(await refused(JSON.parse('{"__proto__": {"lines": 1}}'))).toContain('__proto__')
    for (const input of [undefined, null, 3, 'text', [], [{ lines: 1 }]]) expect(await refused(input)).toContain('system.log')
    expect(await refused(() => 1)).toContain('that JSON can carry')
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(await refused(loop)).toContain('that JSON can carry')
    let deep: unknown = 1
    for (let i = 0; i < 4000; i++) deep = [deep]
    expect(await refused({ lines: deep })).toContain('expected a whole number')
  })

  test('a body above the limit is refused; one below it and a large answer pass', async () => {
    const shortcuts = (bytes: number): { shortcuts: Record<string, string> } => ({ shortcuts: { 'a.b': 'x'.repeat(bytes) } })
    expect(await failure(connection.api.system.updateSettings(shortcuts(16 * 2 ** 20)))).toMatchObject({ code: 'too-large' })
    const settings = await connection.api.system.updateSettings(shortcuts(4 * 2 ** 20))
    expect(settings.shortcuts['a.b']).toHaveLength(4 * 2 ** 20)
    const { images } = await connection.api.images.ids({ project: someProject })
    expect([images.length, images.at(-1)]).toEqual([500_000, 500_000])
  })

  test('a call that is given up on rejects, and the service is told', async () => {
    const task = randomUUID()
    const abort = new AbortController()
    const waiting = failure(connection.api.tasks.wait({ task }, { signal: abort.signal }))
    await new Promise((resolve) => setTimeout(resolve, 30))
    abort.abort()
    expect(await waiting).toMatchObject({ code: 'stopped' })
    await vi.waitFor(() => expect(services.abandoned).toContain(task))
    expect(await failure(connection.api.system.version({}, { signal: abort.signal }))).toMatchObject({ code: 'stopped' })
  })

  test('many calls at a time', async () => {
    const counts = Array.from({ length: 300 }, (_, i) => 1 + (i % 100))
    const answers = await Promise.all(counts.map((lines) => connection.api.system.log({ lines })))
    expect(answers.map(({ lines }) => lines.length)).toEqual(counts)
  })

  /** A connection with what it hears of suggestions (numbered by `emit`) and of its state. */
  const listening = async (topics?: Topic[]): Promise<{ heard: number[]; states: ConnectionState[]; close: () => void }> => {
    const listener = pipe.connect({ ...quick, ...(topics && { topics }) })
    const heard: number[] = []
    const states: ConnectionState[] = []
    listener.onState((state) => states.push(state))
    listener.on('labels.changed', ({ revision }) => heard.push(revision))
    await vi.waitFor(() => expect(states).toEqual(['reset']))
    return { heard, states, close: () => listener.close() }
  }
  const emit = (from: number, to: number): void => {
    for (let revision = from; revision < to; revision++) {
      services.events.emit('labels.changed', { project: someProject, revision, images: null })
      services.events.emit('splits.changed', { project: someProject, revision })
    }
  }
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

  test('events come in order, once, of the topics that were asked for', async () => {
    emit(0, 10)
    const all = await listening()
    const none = await listening(['projects.closed'])
    for (let i = 0; i < 10; i++) {
      emit(100 * i, 100 * (i + 1))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(all.heard).toHaveLength(1000))
    expect(all.heard).toEqual(numbers(0, 1000))
    expect(none.heard).toEqual([])
    all.close()
    none.close()
    expect(all.states).toEqual(['reset', 'disconnected'])
  })

  test('one that takes a listener off hears no more; one that comes late is told to read', async () => {
    const states: ConnectionState[] = []
    const heard: number[] = []
    const off = connection.on('splits.changed', ({ revision }) => heard.push(revision))
    const stateOff = connection.onState((state) => states.push(state))
    expect(states).toEqual(['reset'])
    emit(0, 1)
    await vi.waitFor(() => expect(heard).toEqual([0]))
    off()
    stateOff()
    const other = new Promise((resolve) => connection.on('splits.changed', resolve))
    emit(1, 2)
    await other
    expect(heard).toEqual([0])
  })

  test('after a broken connection: what was missed follows, or a reset where it is too much', async () => {
    const { heard, states, close } = await listening()
    emit(0, 5)
    await vi.waitFor(() => expect(heard).toHaveLength(5))
    pipe.cut()
    await vi.waitFor(() => expect(states).toEqual(['reset', 'disconnected']))
    emit(5, 3000)
    pipe.mend()
    await vi.waitFor(() => expect(heard).toHaveLength(3000))
    expect(heard).toEqual(numbers(0, 3000))
    expect(states).toEqual(['reset', 'disconnected', 'connected'])

    pipe.cut()
    await vi.waitFor(() => expect(states.at(-1)).toBe('disconnected'))
    emit(3000, 15_000)
    pipe.mend()
    await vi.waitFor(() => expect(states.at(-1)).toBe('reset'))
    emit(15_000, 15_010)
    await vi.waitFor(() => expect(heard.at(-1)).toBe(15_009))
    expect(heard.slice(3000)).toEqual(numbers(15_000, 15_010))
    close()
  })

  test('a burst that is more than what is kept ends in a reset, not in a gap', async () => {
    const { heard, states, close } = await listening()
    emit(0, 12_000)
    await vi.waitFor(() => expect(states).toEqual(['reset', 'reset']))
    emit(12_000, 12_010)
    await vi.waitFor(() => expect(heard).toEqual(numbers(12_000, 12_010)))
    close()
  })

  test('a closed connection says so, to calls under way too', async () => {
    const closed = pipe.connect(quick)
    const waiting = failure(closed.api.tasks.wait({ task: randomUUID() }))
    closed.close()
    expect(await waiting).toMatchObject({ code: 'disconnected' })
    expect(await failure(closed.api.system.version({}))).toMatchObject({ code: 'disconnected' })
  })
})
