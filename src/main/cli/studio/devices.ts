// `devices`: what training can run on, and which of it is chosen.
import { table } from '../format.ts'
import { backboneId } from './run.ts'
import { follow } from './session.ts'
import type { Action } from './session.ts'

export interface DevicesOptions {
  readonly probe?: boolean
  /** An ONNX file, or the id of a backbone, on which the speed is measured. */
  readonly backbone?: string
  /** `auto` or a device. */
  readonly choose?: string
}

export function devices({ probe, backbone: given, choose }: DevicesOptions): Action {
  return async (session) => {
    const { api } = session
    const backbone = given === undefined ? {} : { backbone: await backboneId(session, given) }
    if (probe) await follow(session, await api.devices.probe(backbone))
    if (choose !== undefined) await api.devices.choose({ device: choose })
    const result = await api.devices.list(backbone)
    const rows = result.devices.map(({ id, name, usable, reason }) => [mark(id, result), id, usable ? 'yes' : 'no', name, reason])
    const measured = result.measuredOn === null ? 'a small network' : result.measuredOn
    const notes = [
      `chosen: ${result.chosen}${result.chosen === 'auto' ? `, which is ${result.automatic}` : ''}; ${result.threads} threads`,
      ...(result.devices.some(({ imagesPerSecond }) => imagesPerSecond !== null) ? [`speeds are of training ${measured}`] : []),
      ...(probe || result.devices.every(({ imagesPerSecond }) => imagesPerSecond !== null)
        ? []
        : ['`devices --probe` tries them, each in a process of its own']),
    ]
    return { result, text: [table([['', 'device', 'usable', 'name', 'why'], ...rows]), ...notes].join('\n') }
  }
}

/** What a run without `--device` takes. */
function mark(id: string, { chosen, automatic }: { readonly chosen: string; readonly automatic: string }): string {
  return id === (chosen === 'auto' ? automatic : chosen) ? '*' : ''
}
