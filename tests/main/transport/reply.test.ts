// Answers to clients that are gone.
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { sendReply } from '../../../src/main/server/reply.ts'

it.each(['before the answer', 'within it'])('closes what it was to send when the client has gone %s', async (when) => {
  const body = Readable.from(Array.from({ length: 1000 }, () => Buffer.alloc(10_000)))
  const closed = new Promise((resolve) => body.on('error', () => undefined).on('close', resolve))
  const server = createServer((_, response) => {
    const send = async (): Promise<void> => {
      if (when === 'before the answer') await once(response, 'close')
      await sendReply(response, { status: 200, headers: {}, body }).catch(() => undefined)
    }
    void send()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).on('error', () => undefined)
  if (when === 'before the answer') {
    await once(server, 'request')
    request.destroy()
  } else {
    request.on('response', (response) => response.destroy())
  }
  await closed
  expect(body.destroyed).toBe(true)
  server.close()
})
