// The interface's platform without services: answers are the test's, events and states of the connection come when it says so.
import { createPinia, setActivePinia } from 'pinia'
import { setPlatform } from '../../../src/renderer/api/platform.ts'
import type { Platform } from '../../../src/renderer/api/platform.ts'
import { useProject } from '../../../src/renderer/stores/project.ts'
import type { Project } from '../../../src/shared/contract/projects.ts'
import type { Events, Topic } from '../../../src/shared/contract/index.ts'
import { AppError } from '../../../src/shared/errors.ts'
import type { ConnectionState } from '../../../src/shared/transport/connection.ts'

type Answers = Record<string, Record<string, (input: never) => unknown>>

export interface FakePlatform {
  /** While it is false all calls fail. The state is told. */
  connected(state: ConnectionState): Promise<void>
  emit<Name extends Topic>(topic: Name, payload: Events[Name]): void
  open(project: string | null): void
}

/** Set for all that comes after it, with stores of its own. */
export function fakePlatform(answers: Answers): FakePlatform {
  const listeners = new Set<(topic: string, payload: never) => void>()
  const states = new Set<(state: ConnectionState) => void>()
  let now: ConnectionState = 'disconnected'
  const call =
    (service: string, method: string) =>
    async (input: never): Promise<unknown> => {
      await Promise.resolve()
      if (now === 'disconnected') throw new AppError('disconnected', `${service}.${method}: nobody there`)
      return answers[service]?.[method]?.(input)
    }
  const api = new Proxy({}, { get: (_, service: string) => new Proxy({}, { get: (_, method: string) => call(service, method) }) })
  const on = (name: string, listener: (payload: never) => void): (() => void) => {
    const own = (topic: string, payload: never): void => {
      if (topic === name) listener(payload)
    }
    listeners.add(own)
    return () => listeners.delete(own)
  }
  const onState = (listener: (state: ConnectionState) => void): (() => void) => {
    states.add(listener)
    return () => states.delete(listener)
  }
  setPlatform({ connection: { api, on, onState } } as unknown as Platform)
  setActivePinia(createPinia())
  return {
    connected: async (state) => {
      now = state
      for (const listener of states) listener(state)
      await settled()
    },
    emit: (topic, payload) => {
      for (const listener of listeners) listener(topic, payload as never)
    },
    open: (id) => (useProject().project = id === null ? null : ({ id } as Project)),
  }
}

/** What calls that answer at once lead to. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}
