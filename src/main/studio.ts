// Puts the services together. The command line, the server and the window each make one.
import { dataFolder as usualDataFolder, projectsFolder as usualProjectsFolder } from '../node/data-folder.ts'
import { tensorflowFolder } from '../node/tensorflow.ts'
import { Pictures } from './engine/media.ts'
import type { EnginePlace } from './engine/place.ts'
import { EngineQueue } from './engine/queue.ts'
import { fileLog } from './log.ts'
import { resourcesFolder } from './resources.ts'
import { backbones } from './services/backbones/index.ts'
import { classes } from './services/classes/index.ts'
import type { Studio } from './services/context.ts'
import { devices } from './services/devices/index.ts'
import { exports } from './services/exports/index.ts'
import { images } from './services/images/index.ts'
import { markUnreadable } from './services/images/unreadable.ts'
import { labels } from './services/labels/index.ts'
import { predictions } from './services/predictions/index.ts'
import { PredictionStore } from './services/predictions/store.ts'
import { projects } from './services/projects/index.ts'
import { ProjectRegistry } from './services/projects/registry.ts'
import { runs } from './services/runs/index.ts'
import { splits } from './services/splits/index.ts'
import { suggestions } from './services/suggestions/index.ts'
import { system } from './services/system/index.ts'
import { usualRoots } from './services/system/roots.ts'
import { welcomeOnce } from './services/system/welcome.ts'
import { tasks } from './services/tasks/index.ts'
import { tensorflow } from './services/tensorflow/index.ts'
import { TaskRunner } from './services/tasks/task-runner.ts'
import { dispatcher } from './transport/dispatcher.ts'
import type { Dispatcher } from './transport/dispatcher.ts'
import { EventHub } from './transport/event-hub.ts'
import { systemTrash } from './trash.ts'
import type { Trash } from './trash.ts'

export interface StudioOptions {
  /** Default: `SELF_TUNING_HOME`, else the platform's usual place. */
  readonly dataFolder?: string
  /** Where new projects go. Default: `projects` in `SELF_TUNING_HOME`, else a folder in the user's own. */
  readonly projectsFolder?: string
  /** What comes with the application. Default: `SELF_TUNING_RESOURCES`, else where it lies. */
  readonly resources?: string
  /** Default: the user's own folder and the places of drives. */
  readonly roots?: readonly string[]
  /** What names more of them, for people. */
  readonly moreRoots?: string
  /** A server or a window: runs that wait go on when their project is opened. Default: a command, which looks and goes, trains what it starts. */
  readonly stays?: boolean
  /** Where there is no project yet, the sample is drawn and the interface shows around, once. */
  readonly welcome?: boolean
  /** Default: beside this program. */
  readonly place?: EnginePlace
  /** Default: by the system's own means. */
  readonly trash?: Trash
  /** Another engine, for tests. */
  readonly entry?: URL
}

export interface RunningStudio {
  readonly studio: Studio
  readonly events: EventHub
  readonly dispatcher: Dispatcher
  /** Pauses runs, cancels tasks, closes projects. */
  close(): Promise<void>
}

export function createStudio({
  dataFolder = usualDataFolder(),
  projectsFolder = usualProjectsFolder(),
  resources = resourcesFolder(),
  roots = usualRoots(),
  moreRoots,
  stays = false,
  welcome = false,
  place,
  trash = systemTrash,
  entry,
}: StudioOptions = {}): RunningStudio {
  const events = new EventHub()
  const log = fileLog(dataFolder)
  const registry = new ProjectRegistry({ events, log, trash })
  const runner = new TaskRunner(events, log)
  const environment = (): NodeJS.ProcessEnv => ({ SELF_TUNING_TENSORFLOW: tensorflowFolder(process.env, dataFolder) })
  const engine = new EngineQueue({ environment, ...(place && { place }), ...(entry && { entry }) })
  const media = new Pictures({
    log,
    place,
    onUnreadable: (project, image, reason) => markUnreadable({ projects: registry, events }, project, image, reason),
  })
  const predicted = new PredictionStore()
  const folders = { dataFolder, projectsFolder, resources, roots, moreRoots }
  const studio = { events, projects: registry, tasks: runner, engine, media, predicted, ...folders, stays, log }
  registry.onClosing((project) => runner.cancelAll(project.id))
  const handlers = {
    projects: projects(studio),
    tasks: tasks(studio),
    images: images(studio, trash),
    classes: classes(studio),
    labels: labels(studio),
    splits: splits(studio),
    suggestions: suggestions(studio),
    runs: runs(studio, trash),
    predictions: predictions(studio),
    exports: exports(studio),
    backbones: backbones(studio),
    devices: devices(studio),
    tensorflow: tensorflow(studio, place),
    system: system(studio),
  }
  // Nothing waits for it: the interface hears of it.
  if (welcome) void welcomeOnce(handlers, log)
  return {
    studio,
    events,
    dispatcher: dispatcher(handlers, log),
    close: async () => {
      await registry.closeAll()
      await runner.cancelAll()
      await Promise.all([engine.close(), media.close()])
    },
  }
}
