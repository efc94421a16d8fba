// The IPC transport's own promises: whom it answers, what it forgets, and that a page that does not take its texts costs no memory.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { bridge, channels } from '../../../src/preload/bridge.ts'
import { EventFeed } from '../../../src/main/transport/event-feed.ts'
import { serveIpc } from '../../../src/main/transport/ipc.ts'
import type { IpcServer } from '../../../src/main/transport/ipc.ts'
import { connectIpc } from '../../../src/renderer/api/ipc.ts'
import { appErrorSchema } from '../../../src/shared/errors.ts'
import { callChannel, feedChannel } from '../../../src/shared/transport/ipc.ts'
import { ipcStub } from '../../support/electron-ipc.ts'
import type { IpcStub } from '../../support/electron-ipc.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import type { FakeServices } from '../../support/fake-services.ts'

interface Served {
  readonly stub: IpcStub
  readonly services: FakeServices
  readonly server: IpcServer
  readonly refused: string[]
  readonly open: () => number
}

function serve(): Served {
  const stub = ipcStub()
  const services = fakeServices()
  const refused: string[] = []
  let open = 0
  const server = serveIpc(stub.main, {
    dispatcher: services.dispatcher,
    channels: {
      events: (pipe) => {
        open++
        const feed = new EventFeed(services.events, pipe, { pending: 1000 })
        const close = (): void => {
          open--
          feed.close()
        }
        return { received: (text) => feed.received(text), close }
      },
    },
    isTrusted: ({ sender }) => sender.url === 'app://studio/',
    refused: (reason) => refused.push(reason),
  })
  return { stub, services, server, refused, open: () => open }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))

test('the preload script speaks on the channels that the application listens to', () => {
  expect(channels).toEqual({ call: callChannel, feed: feedChannel })
})

test('another page gets neither an answer nor events', async () => {
  const { stub, refused, open } = serve()
  const foreign = bridge(stub.page('https://example.org/').ipc, () => '')
  const text = await foreign.call({ id: 0, service: 'system', method: 'version', body: '{}' })
  expect(JSON.parse(text ?? '')).toMatchObject({ error: { code: 'forbidden' } })
  const heard: unknown[] = []
  foreign.subscribe('events', (one) => heard.push(one)).send(JSON.stringify({ subscribe: [], after: null }))
  await soon()
  expect([heard, open(), refused.length]).toEqual([[], 0, 3])
})

test('there are no other channels than those that are named', async () => {
  const { stub, open } = serve()
  const studio = bridge(stub.page().ipc, () => '')
  for (const name of ['', 'constructor', '__proto__', 'wishes']) {
    const heard: unknown[] = []
    studio.subscribe(name, (text) => heard.push(text))
    await soon()
    expect([name, heard]).toEqual([name, [null]])
  }
  expect(open()).toBe(0)
})

test('a page that is forgotten: its calls are given up on, its channels closed, those of others stay', async () => {
  const { stub, services, server, open } = serve()
  const [gone, stays] = [stub.page(), stub.page()]
  const lost = connectIpc(bridge(gone.ipc, () => ''))
  const kept = connectIpc(bridge(stays.ipc, () => ''))
  const task = '6f1f6f0e-6a53-4e0f-9d0b-0b7d3c1c1a12'
  lost.api.tasks.wait({ task }).catch(() => undefined)
  await vi.waitFor(() => expect(open()).toBe(2))
  gone.destroy()
  server.forget(gone.page.id)
  await vi.waitFor(() => expect(services.abandoned).toEqual([task]))
  expect(open()).toBe(1)
  const heard: number[] = []
  kept.on('labels.changed', ({ revision }) => heard.push(revision))
  services.events.emit('labels.changed', { project: someProject, revision: 7, images: null })
  await vi.waitFor(() => expect(heard).toEqual([7]))
  lost.close()
  kept.close()
})

test('a page that takes nothing is sent little: what is not acknowledged is on its way', async () => {
  const { stub, services } = serve()
  const { ipc, page } = stub.page()
  const sent: string[] = []
  const send = page.send.bind(page)
  Object.assign(page, { send: (channel: string, message: { id: number; text: string | null }) => void sent.push(message.text ?? '') })
  ipc.send(feedChannel, { id: 0, open: 'events' })
  ipc.send(feedChannel, { id: 0, text: JSON.stringify({ subscribe: ['labels.changed'], after: null }) })
  await soon()
  for (let i = 0; i < 5000; i++) {
    services.events.emit('labels.changed', { project: someProject, revision: i, images: null })
    if (i % 100 === 0) await soon()
  }
  const length = sent.join('').length
  expect(length).toBeLessThan(100_000)
  // As soon as it takes them again, all the rest comes.
  Object.assign(page, { send })
  const last = new Promise<void>((resolve) =>
    ipc.on(feedChannel, (_, { text }) => {
      ipc.send(feedChannel, { id: 0, acknowledge: true })
      if (text?.includes('"revision":4999')) resolve()
    }),
  )
  for (let i = 0; i < sent.length; i++) ipc.send(feedChannel, { id: 0, acknowledge: true })
  await last
})

test('any message: an answer, or nothing', async () => {
  const { stub } = serve()
  const { ipc } = stub.page()
  const id = fc.oneof(fc.nat(3), fc.jsonValue())
  const message = fc.oneof(
    fc.record({ id, service: fc.jsonValue(), method: fc.jsonValue(), body: fc.jsonValue() }, { requiredKeys: [] }),
    fc.record({ id, open: fc.jsonValue(), text: fc.jsonValue(), close: fc.jsonValue(), stop: fc.jsonValue() }, { requiredKeys: [] }),
    fc.jsonValue(),
  )
  await fc.assert(
    fc.asyncProperty(message, async (sent) => {
      ipc.send(feedChannel, sent)
      const text = await ipc.invoke(callChannel, sent)
      if (text === null) return true
      const answer = JSON.parse(text as string) as { error?: unknown }
      return 'result' in answer || appErrorSchema.safeParse(answer.error).success
    }),
    { numRuns: 200 },
  )
  expect(await ipc.invoke(callChannel, { id: 1, service: 'system', method: 'version', body: '{}' })).toContain('1.2.3')
})
