// What services work with: the same objects for all of them, put together in `studio.ts`.
import type { JobEvent } from '../../shared/events.ts'
import type { JobName, RequestOf } from '../../shared/requests.ts'
import type { ResultOf } from '../../shared/results.ts'
import type { Database } from '../storage/database.ts'
import type { EventHub } from '../transport/event-hub.ts'
import type { PredictionStore } from './predictions/store.ts'
import type { TaskRunner } from './tasks/task-runner.ts'

export interface Studio {
  readonly events: EventHub
  readonly projects: OpenProjects
  readonly tasks: TaskRunner
  readonly engine: Engine
  readonly media: Media
  readonly predicted: PredictionStore
  /** The application's own folder: settings, recent projects, backbones, logs. */
  readonly dataFolder: string
  /** Folder of what comes with the application. */
  readonly resources: string
  /** Where new projects go unless the user chooses another place. It need not be there yet. */
  readonly projectsFolder: string
  /** Folders in which a caller may choose files and folders, where there is no dialog of the system. */
  readonly roots: readonly string[]
  /** What names more of them, for people; absent = nothing does. */
  readonly moreRoots?: string | undefined
  /** It goes on when its caller is answered: what waits in a project is taken up when that is opened. Else only what the caller starts is done. */
  readonly stays: boolean
  readonly log: Log
}

/** An open project. */
export interface OpenProject {
  readonly id: string
  readonly folder: string
  readonly db: Database
  /** To be called in the transaction that changes what is listed: counts the revision up. @returns the new one */
  readonly touch: () => number
}

export interface OpenProjects {
  /** @throws AppError 'not-found' naming the id, where no open project has it */
  get(id: string): OpenProject
  all(): readonly OpenProject[]
  /** Called after a project has been opened, e.g. to take up its queue again. */
  onOpened(hook: (project: OpenProject) => void): void
  /** Called and awaited before a project's database is closed: end what uses it. */
  onClosing(hook: (project: OpenProject) => Promise<void>): void
}

/** `training` before `foreground` (somebody waits for it) before `background` (gives way: it is stopped and started anew later). */
export type Priority = 'training' | 'foreground' | 'background'

export interface JobOptions {
  readonly priority: Priority
  /** For people: what it is about. */
  readonly subject: string
  readonly onEvent?: (event: JobEvent) => void
  /** Called when its turn has come. */
  readonly onStart?: () => void
  /** Aborting ends the job in its own way (a training run keeps a checkpoint); a job that still waits is dropped. */
  readonly signal?: AbortSignal
  /** Where all that the engine prints is appended and stays, e.g. in a run's folder. */
  readonly logFile?: string
}

/** Jobs of the engine process. Heavy ones (`train`, `estimate`, `probe`, `demo`) run one at a time, the others beside them. */
export interface Engine {
  /** @throws AppError as the job did, 'stopped' after an abort, 'engine-crashed' */
  run<Name extends JobName>(request: RequestOf<Name>, options: JobOptions): Promise<ResultOf<Name>>
  /** What it is doing: of the job that runs now. */
  status(): { readonly state: 'idle' | 'busy'; readonly subject: string | null; readonly lastHeartbeat: string | null }
  /** Stops what runs, drops what waits. */
  close(): Promise<void>
}

/** Pictures of images, made by a process of its own at low priority, kept in the project's `thumbnails/`. */
export interface Media {
  /** WebP whose longer side is at most `size` pixels; upright. @throws AppError 'not-found', 'bad-data' with the reason */
  picture(project: OpenProject, image: number, size: 128 | 256 | 512 | 1024 | 2048): Promise<Uint8Array>
  /** A picture of any file, written to `out` whatever the file holds now. @throws as `picture` */
  pictureOfFile(file: string, out: string, size: number, format: 'webp' | 'jpeg'): Promise<void>
  /** What an image looks like, in a few bytes, for finding near-duplicates; after all pictures that somebody waits for. @throws as `picture` */
  look(project: OpenProject, image: number): Promise<Uint8Array>
  close(): Promise<void>
}

export interface Log {
  info(message: string): void
  /** Something is not as it should be, and the program found a way. */
  warn(message: string): void
  /** With stack and causes. */
  error(message: string, error: unknown): void
  /** Where it is written; null = nowhere but in memory. */
  readonly file: string | null
  /** The last lines, oldest first. */
  tail(lines: number): string[]
}
