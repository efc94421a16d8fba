// Services on the real engine, with a project whose database is new: for tests of one service at a time.
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ServiceSchema } from '../../src/shared/contract/define.ts'
import type { Api, Handlers, ServiceName } from '../../src/shared/contract/index.ts'
import type { Task } from '../../src/shared/contract/tasks.ts'
import { contract } from '../../src/shared/contract/index.ts'
import { AppError } from '../../src/shared/errors.ts'
import { EngineQueue } from '../../src/main/engine/queue.ts'
import { memoryLog } from '../../src/main/log.ts'
import type { OpenProject, Studio } from '../../src/main/services/context.ts'
import { PredictionStore } from '../../src/main/services/predictions/store.ts'
import { newFacts, touch, writeFacts } from '../../src/main/services/projects/facts.ts'
import { TaskRunner } from '../../src/main/services/tasks/task-runner.ts'
import { Database } from '../../src/main/storage/database.ts'
import { EventHub } from '../../src/main/transport/event-hub.ts'
import type { NumberedEvent } from '../../src/main/transport/event-hub.ts'
import { compiled } from './compiled.ts'

export interface TestStudio {
  readonly studio: Studio
  readonly project: OpenProject
  /** A folder that goes with the tests. */
  readonly folder: string
  readonly events: NumberedEvent[]
  /** Ends what uses the project, as closing it does. */
  readonly close: () => Promise<void>
  /** The end of a task. */
  readonly ended: (started: { task: string } | Promise<{ task: string }>) => Promise<Task>
}

/** @param engine in place of the real one */
export function testStudio(engine: Studio['engine'] = new EngineQueue({ environment: () => compiled })): TestStudio {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'services-')))
  const dataFolder = join(folder, 'data')
  const home = join(folder, 'project')
  mkdirSync(dataFolder)
  mkdirSync(home)
  const db = new Database(join(home, 'project.db'), { create: true })
  const id = randomUUID()
  writeFacts(db, { ...newFacts('test'), id })
  const project: OpenProject = { id, folder: home, db, touch: () => touch(db) }
  const closing: ((project: OpenProject) => Promise<void>)[] = []
  const events = new EventHub()
  const heard: NumberedEvent[] = []
  events.listen((event) => heard.push(event))
  const studio: Studio = {
    events,
    projects: {
      get: (id) => {
        if (id !== project.id) throw new AppError('not-found', `project ${id}: expected an open project, found none`)
        return project
      },
      all: () => [project],
      onOpened: (hook) => hook(project),
      onClosing: (hook) => void closing.push(hook),
    },
    tasks: new TaskRunner(events),
    engine,
    media: {
      picture: () => Promise.reject(new Error('no pictures here')),
      pictureOfFile: () => Promise.reject(new Error('no pictures here')),
      look: () => Promise.reject(new Error('no pictures here')),
      close: () => Promise.resolve(),
    },
    predicted: new PredictionStore(),
    dataFolder,
    resources: join(folder, 'resources'),
    projectsFolder: join(folder, 'projects'),
    roots: [folder],
    stays: true,
    log: memoryLog(),
  }
  const close = async (): Promise<void> => {
    for (const hook of closing.splice(0)) await hook(project)
  }
  afterAll(async () => {
    await studio.tasks.cancelAll()
    await close()
    await engine.close()
    db.close()
    rmSync(folder, { recursive: true })
  })
  return { studio, project, folder, events: heard, close, ended: async (started) => studio.tasks.wait((await started).task) }
}

/** Waits for what runs, then for more tasks than are remembered. */
export async function manyTasks({ tasks }: Pick<Studio, 'tasks'>): Promise<void> {
  await Promise.all(tasks.list().map(({ id }) => tasks.wait(id)))
  const nothing = (): Promise<never> => Promise.reject(new AppError('stopped', 'nothing'))
  for (let i = 0; i < 201; i++) await tasks.wait(tasks.start({ kind: 'predict', project: null, subject: 'nothing' }, nothing).task)
}

/** A service's methods as a transport calls them: what goes in and out is checked against the contract. */
export function calls<Name extends ServiceName>(name: Name, handlers: Handlers[Name]): CheckedCalls<Name> {
  const signal = new AbortController().signal
  const schema: ServiceSchema = contract[name]
  const methods = Object.entries(schema.methods).map(([method, { input, output }]) => [
    method,
    async (given: unknown) => {
      const handler = Reflect.get(handlers, method) as (input: unknown, call: { signal: AbortSignal }) => unknown
      return output.parse(await handler(input.parse(given), { signal }))
    },
  ])
  return Object.fromEntries(methods) as CheckedCalls<Name>
}

type CheckedCalls<Name extends ServiceName> = Api[Name]
