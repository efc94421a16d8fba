// The event channel against listeners that read slowly or not at all.
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { EventFeed } from '../../../src/main/transport/event-feed.ts'
import { feedFrame } from '../../../src/shared/transport/frames.ts'
import type { FeedFrame } from '../../../src/shared/transport/frames.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'
import { testServer, token } from '../../support/server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const services = fakeServices()
const { events } = services
const emit = (count: number, text = ''): void => {
  for (let i = 0; i < count; i++) events.emit('projects.closed', { project: someProject, folder: text, reason: 'closed' })
}

/** What has arrived: sequences in order and resets. */
function story(frames: readonly FeedFrame[]): (number | 'reset')[] {
  return frames.flatMap((frame): (number | 'reset')[] =>
    'reset' in frame ? ['reset'] : 'events' in frame ? frame.events.map((event) => event.sequence) : [],
  )
}

test('a feed stops at its limit and goes on when the listener has taken what was sent', async () => {
  const sent: { text: string; done: () => void }[] = []
  const feed = new EventFeed(
    events,
    { send: (text, done) => void sent.push({ text, done }), refuse: () => expect.fail('refused') },
    { pending: 2000, batch: 500 },
  )
  feed.received(JSON.stringify({ subscribe: ['projects.closed'], after: null }))
  const start = events.position.sequence
  emit(1000)
  await turn()
  const bytes = sent.reduce((sum, { text }) => sum + text.length, 0)
  expect(bytes).toBeGreaterThan(2000)
  expect(bytes).toBeLessThan(4000)
  emit(10)
  await turn()
  expect(sent.reduce((sum, { text }) => sum + text.length, 0)).toBe(bytes)
  const frames: FeedFrame[] = []
  for (let next = sent.shift(); next; next = sent.shift()) {
    frames.push(feedFrame.parse(JSON.parse(next.text)))
    next.done()
    await turn()
  }
  expect(story(frames)).toEqual(Array.from({ length: 1010 }, (_, i) => start + 1 + i))

  emit(1000)
  await turn()
  emit(25_000)
  for (let next = sent.shift(); next; next = sent.shift()) {
    frames.push(feedFrame.parse(JSON.parse(next.text)))
    next.done()
    await turn()
  }
  expect(story(frames).at(-1)).toBe('reset')
  expect(frames.at(-1)).toEqual({ reset: events.position })
  feed.close()
})

test('a new subscription replaces the old one; a quiet channel shows that it is alive', async () => {
  const frames: FeedFrame[] = []
  const send = (text: string, done: () => void): void => {
    frames.push(feedFrame.parse(JSON.parse(text)))
    done()
  }
  const feed = new EventFeed(events, { send, refuse: () => expect.fail('refused') }, { heartbeat: 10 })
  feed.received(JSON.stringify({ subscribe: [], after: null }))
  const start = events.position.sequence
  emit(3)
  await turn()
  expect(story(frames)).toEqual([])
  await vi.waitFor(() => expect(frames.at(-1)).toEqual({ events: [], sequence: start + 3 }))
  feed.received(JSON.stringify({ subscribe: ['projects.closed'], after: { epoch: events.epoch, sequence: start + 1 } }))
  await turn()
  expect(story(frames)).toEqual([start + 2, start + 3])
  feed.close()
  emit(1)
  await turn()
  expect(story(frames)).toHaveLength(2)
})

async function listener(address: string): Promise<{ socket: WebSocket; frames: FeedFrame[] }> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}events`, { headers: { Authorization: `Bearer ${token}` } })
  const frames: FeedFrame[] = []
  socket.on('message', (data: Buffer) => frames.push(feedFrame.parse(JSON.parse(data.toString()))))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.send(JSON.stringify({ subscribe: ['projects.closed'], after: null }))
  await vi.waitFor(() => expect(frames).toHaveLength(1))
  return { socket, frames }
}

test('over the network: one that stops reading costs little memory, catches up or is reset, and keeps no other waiting', async () => {
  const server = await testServer(services)
  const [slow, quick] = await Promise.all([listener(server.address), listener(server.address)])
  const kilobyte = 'x'.repeat(1000)
  slow.socket.pause()
  const before = process.memoryUsage().external
  const start = events.position.sequence
  const expected: number[] = []
  for (let i = 0; i < 28; i++) {
    emit(1000, kilobyte)
    for (let k = 0; k < 1000; k++) expected.push(start + i * 1000 + k + 1)
    await vi.waitFor(() => expect(story(quick.frames)).toHaveLength(expected.length), { interval: 1 })
  }
  expect(story(quick.frames)).toEqual(expected)
  expect(process.memoryUsage().external - before).toBeLessThan(30e6)
  slow.socket.resume()
  await vi.waitFor(() => expect(story(slow.frames)).toContain('reset'))
  const told = story(slow.frames)
  const reset = told.indexOf('reset')
  expect(told.slice(0, reset)).toEqual(expected.slice(0, reset))
  emit(1)
  await vi.waitFor(() => expect(story(slow.frames).at(-1)).toBe(events.position.sequence))
  slow.socket.terminate()
  quick.socket.terminate()
})

test('a listener that answers no ping is cut off; one too many is not let in', async () => {
  const server = await testServer(services, { limits: { ping: 30, listeners: 1 } })
  const { socket } = await listener(server.address)
  await expect(listener(server.address)).rejects.toThrow('503')
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(socket.readyState).toBe(WebSocket.OPEN)
  socket.pause()
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 150))
  socket.resume()
  expect(await closed).toBe(1006)
})
