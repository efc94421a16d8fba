// What nobody should send: every transport answers with an AppError or closes, and answers the next caller.
import { connect as connectTo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { appErrorSchema } from '../../../src/shared/errors.ts'
import { feedFrame } from '../../../src/shared/transport/frames.ts'
import { answer } from '../../../src/main/transport/answer.ts'
import { fakeServices } from '../../support/fake-services.ts'
import { post, testServer, token } from '../../support/server.ts'

const services = fakeServices()
const server = await testServer(services, { limits: { frame: 10_000, body: 100_000 } })

const word = fc.constantFrom('system', 'log', 'projects', 'list', 'labels', 'assign', '__proto__', 'constructor', 'then')
const name = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 20 }))
const input = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: 'binary' }),
  fc
    .record({ lines: fc.jsonValue(), project: fc.jsonValue(), __proto__: fc.jsonValue() }, { requiredKeys: [] })
    .map((x) => JSON.stringify(x)),
)

function isAnswer(text: string): boolean {
  const found = JSON.parse(text) as object
  return 'result' in found || ('error' in found && appErrorSchema.safeParse(found.error).success)
}

test('any text as a call', async () => {
  const signal = new AbortController().signal
  await fc.assert(
    fc.asyncProperty(name, name, input, async (service, method, body) => {
      const { text } = await answer(services.dispatcher, { service, method, body, signal })
      return isAnswer(text) && !text.includes('.ts:')
    }),
    { numRuns: 300 },
  )
})

test('any bytes as a request body', async () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), input)
  await fc.assert(
    fc.asyncProperty(name, name, bytes, async (service, method, body) => {
      const path = `${encodeURIComponent(service.toWellFormed())}/${encodeURIComponent(method.toWellFormed())}`
      const { status, body: text } = await post(server, path, body)
      return isAnswer(text.toString()) && (status === 200) === text.toString().startsWith('{"result"')
    }),
    { numRuns: 150 },
  )
  expect((await post(server, 'system/version', '{}')).status).toBe(200)
})

test('any bytes on the wire', async () => {
  const { hostname, port } = new URL(server.address)
  const start = fc.constantFrom(
    '',
    'POST /api/system/log HTTP/1.1\r\n',
    'GET /events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n',
  )
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), async (head, tail) => {
      const socket = connectTo(Number(port), hostname)
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.on('error', () => undefined).resume()
      socket.end(Buffer.concat([Buffer.from(head), tail, Buffer.from('\r\n\r\n')]))
      await closed
    }),
    { numRuns: 100 },
  )
  expect((await post(server, 'system/version', '{}')).status).toBe(200)
})

/** What a listener gets for a frame: the next frame, or the code of the close. */
async function answerTo(frame: string | Uint8Array): Promise<string | number> {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}events`, ['self-tuning', `token.${token}`])
  const { promise, resolve, reject } = Promise.withResolvers<string | number>()
  socket.on('error', reject)
  socket.on('open', () => socket.send(frame))
  socket.on('message', (data: Buffer) => resolve(data.toString()))
  socket.on('close', (code) => resolve(code))
  const answered = await promise
  socket.terminate()
  return answered
}

test('any frame from a listener: the channel goes on or is closed', async () => {
  const topics = fc.array(fc.oneof(fc.constantFrom('labels.changed', 'runs.progress', '__proto__'), fc.string()), { maxLength: 30 })
  const after = fc.oneof(
    fc.constant(null),
    fc.record({ epoch: fc.oneof(fc.constant(services.events.epoch), fc.string()), sequence: fc.double() }),
  )
  const frame = fc.oneof(
    fc.record({ subscribe: topics, after }).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ minLength: 1 }),
  )
  await fc.assert(
    fc.asyncProperty(frame, async (sent) => {
      const found = await answerTo(sent)
      return typeof found === 'number' ? [1007, 1008, 1009].includes(found) : feedFrame.safeParse(JSON.parse(found)).success
    }),
    { numRuns: 100 },
  )
  expect(await answerTo('x'.repeat(10_001))).toBe(1009)
  expect(await answerTo(JSON.stringify({ subscribe: ['labels.changed'], after: null }))).toContain('"position"')
  expect(await answerTo(JSON.stringify({ subscribe: [], after: { epoch: 'another', sequence: 3 } }))).toContain('"reset"')
})
