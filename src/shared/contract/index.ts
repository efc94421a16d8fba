// The contract between the services and whoever uses them: interface, command line, scripts. Transports carry it as it stands.
import { backbones } from './backbones.ts'
import { classes } from './classes.ts'
import type { EventsOf, ServiceApi, ServiceHandlers } from './define.ts'
import { devices } from './devices.ts'
import { modelExports } from './model-exports.ts'
import { images } from './images.ts'
import { labels } from './labels.ts'
import { predictions } from './predictions.ts'
import { projects } from './projects.ts'
import { runs } from './runs.ts'
import { splits } from './splits.ts'
import { suggestions } from './suggestions.ts'
import { system } from './system.ts'
import { tasks } from './tasks.ts'
import { tensorflow } from './tensorflow.ts'

export const contract = {
  projects,
  tasks,
  images,
  classes,
  labels,
  splits,
  suggestions,
  runs,
  predictions,
  exports: modelExports,
  backbones,
  devices,
  tensorflow,
  system,
}

export type Contract = typeof contract
export type ServiceName = keyof Contract
/** Services as a caller sees them. */
export type Api = { readonly [Name in ServiceName]: ServiceApi<Contract[Name]> }
/** Services as they are implemented. */
export type Handlers = { readonly [Name in ServiceName]: ServiceHandlers<Contract[Name]> }
export type Events = EventsOf<Contract>
export type Topic = keyof Events
