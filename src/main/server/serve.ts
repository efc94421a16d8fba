// `serve` from its command line to its end: the services, the server before them, and an orderly stop.
import type { Project } from '../../shared/contract/projects.ts'
import { AppError } from '../../shared/errors.ts'
import { decodeAnswer } from '../../shared/transport/call.ts'
import { folderMeant } from '../folder-meant.ts'
import type { Log, Studio } from '../services/context.ts'
import { answer } from '../transport/answer.ts'
import type { Dispatcher } from '../transport/dispatcher.ts'
import { isLoopback, usualPort } from './command.ts'
import type { ServeSettings } from './command.ts'
import type { ImageServices } from './image-route.ts'
import type { PredictionServices } from './prediction-route.ts'
import { startServer } from './index.ts'
import type { RunningServer } from './index.ts'
import { sessionKey } from './session-key.ts'

/** What is served, e.g. of `createStudio`. */
export interface Served {
  readonly dispatcher: Dispatcher
  readonly studio: Pick<Studio, 'events'> &
    Partial<Pick<Studio, 'dataFolder'>> &
    ImageServices &
    PredictionServices & { readonly log: Pick<Log, 'error'> }
  /** Pauses runs, ends tasks, closes projects. */
  close(): Promise<void>
}

export interface ServeOutput {
  /** The line with the address. */
  print(line: string): void
  warn(line: string): void
}

const networkWarning =
  'Other machines can reach this server. Whoever has the address below can see and change your projects, and so can whoever listens on ' +
  'the network: it is not encrypted. A tunnel (ssh -L) is, and needs no --host.'

/** @returns what ends it: the server first, so that nothing new begins, then the services */
export async function serve(
  served: Served,
  settings: ServeSettings,
  pages: string,
  output: ServeOutput,
): Promise<{ readonly server: RunningServer; readonly close: () => Promise<void> }> {
  const { dispatcher, studio } = served
  if (settings.project !== null) await openProject(dispatcher, settings.project)
  const first = settings.folder === null ? {} : { first: await wishFor(settings.folder) }
  const key = studio.dataFolder === undefined ? {} : { sessionKey: await sessionKey(studio.dataFolder) }
  const start = (port: number): Promise<RunningServer> =>
    startServer({ ...settings, port, ...key, ...first, dispatcher, events: studio.events, images: studio, log: studio.log, pages })
  const server = await start(settings.port ?? usualPort).catch((error: unknown) => {
    if (settings.port === null && error instanceof AppError && error.code === 'in-use') return start(0)
    throw error
  })
  if (!isLoopback(settings.host)) output.warn(networkWarning)
  output.print(`Self-Tuning Studio: ${server.url}`)
  const close = async (): Promise<void> => {
    await server.close()
    await served.close()
  }
  return { server, close }
}

/** The place in the interface where a folder is proposed to be opened. */
async function wishFor(path: string): Promise<string> {
  const folder = await folderMeant(path)
  if (folder === null) throw new AppError('not-found', `${path}: expected a folder of images or a project, found none`)
  return `/?open=${encodeURIComponent(folder)}`
}

async function openProject(dispatcher: Dispatcher, folder: string): Promise<Project> {
  const { text } = await answer(dispatcher, {
    service: 'projects',
    method: 'open',
    body: JSON.stringify({ folder }),
    signal: new AbortController().signal,
  })
  return decodeAnswer('projects.open', text) as Project
}
