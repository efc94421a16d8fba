// A contract's worth of services for tests of transports: a few methods do what the tests need, all others say that they do not.
import { contract } from '../../src/shared/contract/index.ts'
import type { Handlers } from '../../src/shared/contract/index.ts'
import { AppError } from '../../src/shared/errors.ts'
import { dispatcher } from '../../src/main/transport/dispatcher.ts'
import type { Dispatcher } from '../../src/main/transport/dispatcher.ts'
import { EventHub } from '../../src/main/transport/event-hub.ts'

export const someProject = '6f1f6f0e-6a53-4e0f-9d0b-0b7d3c1c1a11'

export interface FakeServices {
  readonly dispatcher: Dispatcher
  readonly events: EventHub
  /** Calls of `tasks.wait` whose signal was aborted. */
  readonly abandoned: string[]
  /** What was logged as this program's fault. */
  readonly faults: unknown[]
}

type Overrides = { readonly [Service in keyof Handlers]?: Partial<Handlers[Service]> }

export function fakeServices(overrides: Overrides = {}): FakeServices {
  const abandoned: string[] = []
  const faults: unknown[] = []
  const own: Overrides = {
    system: {
      version: () => ({ version: '1.2.3', node: 'v24', platform: 'linux', dataFolder: '/data' }),
      log: ({ lines }) => ({ lines: Array.from({ length: lines }, (_, i) => `line ${i} \u2028 ö \u{1f98b}`) }),
      settings: () => {
        throw new TypeError('x is not a function')
      },
      health: () => ({ startedAt: 'yesterday' }) as never,
      updateSettings: ({ shortcuts = {} }) => ({
        language: 'en',
        theme: 'dark',
        density: 'compact',
        shortcuts,
        whenClosing: 'ask',
        checkForUpdates: false,
        tour: 'seen',
      }),
    },
    images: { ids: () => ({ images: Array.from({ length: 500_000 }, (_, i) => i + 1), revision: 1 }) },
    projects: {
      get: ({ project }) => {
        throw new AppError('not-found', `project ${project}: expected an open project, found none`, {
          details: { project, open: 0, why: null, sure: true },
          cause: new AppError('no-access', 'outer', { cause: new Error('inner') }),
        })
      },
    },
    tasks: {
      /** Never ends by itself. */
      wait: ({ task }, { signal }) =>
        new Promise((_, reject) => {
          const abort = (): void => {
            abandoned.push(task)
            reject(new AppError('stopped', 'wait: stopped'))
          }
          if (signal.aborted) abort()
          else signal.addEventListener('abort', abort)
        }),
    },
    ...overrides,
  }
  const handlers = Object.entries(contract).map(([service, { methods }]) => [
    service,
    {
      ...Object.fromEntries(
        Object.keys(methods).map((method) => [
          method,
          () => {
            throw new AppError('unsupported', `${service}.${method}: not here`)
          },
        ]),
      ),
      ...own[service as keyof Handlers],
    },
  ])
  const log = { error: (_: string, error: unknown): void => void faults.push(error) }
  return { dispatcher: dispatcher(Object.fromEntries(handlers) as Handlers, log), events: new EventHub(), abandoned, faults }
}
