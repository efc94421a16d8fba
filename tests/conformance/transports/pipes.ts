// The transports under test, each with a way to break its event channel.
import { inProcessCall, inProcessPipe } from '../../../src/main/transport/in-process.ts'
import { EventFeed } from '../../../src/main/transport/event-feed.ts'
import type { FeedPipe } from '../../../src/main/transport/event-feed.ts'
import { serveIpc } from '../../../src/main/transport/ipc.ts'
import { bridge } from '../../../src/preload/bridge.ts'
import { connect } from '../../../src/renderer/api/connect.ts'
import { connectIpc } from '../../../src/renderer/api/ipc.ts'
import { connectionOf } from '../../../src/shared/transport/connection.ts'
import type { Connection } from '../../../src/shared/transport/connection.ts'
import type { EventClientOptions, OpenPipe, PipeEnd } from '../../../src/shared/transport/event-client.ts'
import { ipcStub } from '../../support/electron-ipc.ts'
import type { FakeServices } from '../../support/fake-services.ts'
import { lineTo, testServer, token } from '../../support/server.ts'

export interface Pipe {
  connect(options?: EventClientOptions): Connection
  /** Breaks what is open; nothing new opens until `mend`. */
  cut(): void
  mend(): void
}

export const pipes: Readonly<Record<string, (services: FakeServices) => Promise<Pipe>>> = {
  'in-process': (services) => Promise.resolve(inProcess(services)),
  http: async (services) => {
    const line = await lineTo(await testServer(services))
    return { ...line, connect: (options) => connect({ ...options, address: line.address, token }) }
  },
  ipc: (services) => Promise.resolve(ipc(services)),
}

/** Electron's IPC between the real preload script's functions and the real application's side. */
function ipc({ dispatcher, events }: FakeServices): Pipe {
  const stub = ipcStub()
  const open = new Set<FeedPipe>()
  let whole = true
  serveIpc(stub.main, {
    dispatcher,
    channels: {
      events: (pipe) => {
        open.add(pipe)
        if (!whole) pipe.refuse('cut')
        return new EventFeed(events, pipe)
      },
    },
    isTrusted: () => true,
    refused: () => undefined,
  })
  const studio = bridge(stub.page().ipc, () => '')
  return {
    connect: (options) => connectIpc(studio, options),
    cut: () => {
      whole = false
      for (const pipe of open) pipe.refuse('cut')
      open.clear()
    },
    mend: () => void (whole = true),
  }
}

function inProcess({ dispatcher, events }: FakeServices): Pipe {
  let whole = true
  const ends = new Set<() => void>()
  const open = inProcessPipe(events)
  const breakable: OpenPipe = (end: PipeEnd) => {
    if (!whole) {
      setImmediate(() => end.closed())
      return { send: () => undefined, close: () => undefined }
    }
    const pipe = open(end)
    ends.add(() => {
      pipe.close()
      end.closed()
    })
    return pipe
  }
  return {
    connect: (options = {}) => {
      const closed = new AbortController()
      const connection = connectionOf(inProcessCall(dispatcher, closed.signal), breakable, options)
      const close = (): void => {
        closed.abort()
        connection.close()
      }
      return { ...connection, close }
    },
    cut: () => {
      whole = false
      for (const end of ends) end()
      ends.clear()
    },
    mend: () => void (whole = true),
  }
}
