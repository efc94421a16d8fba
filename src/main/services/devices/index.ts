// Service `devices`: what training can run on. Each is tried in a process of its own before it is offered.
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import type { StepFacts } from '../../../shared/step-facts.ts'
import { findBackbone } from '../backbones/index.ts'
import type { Studio } from '../context.ts'
import { deviceFacts } from './facts.ts'
import { knownDevices } from './known.ts'
import { probe } from './probe.ts'
import { cores, probeFor, settingsFile, withFound } from './settings.ts'
import type { DeviceSettings } from './settings.ts'

type List = Awaited<ReturnType<Handlers['devices']['list']>>

/** @param readFacts of the machine; what was found under others does not count */
export function devices(studio: Studio, readFacts: () => Promise<string> = deviceFacts): Handlers['devices'] {
  const { tasks, engine, events } = studio
  const file = settingsFile(studio)
  const change = async (work: (settings: DeviceSettings) => DeviceSettings, backbone?: string): Promise<List> => {
    const list = listOf(await file.update(work), await readFacts(), backbone)
    events.emit('devices.changed', list)
    return list
  }

  return {
    list: async ({ backbone }) => listOf(await file.read(), await readFacts(), backbone),
    probe: async ({ backbone: id }) => {
      const backbone = id === undefined ? null : await findBackbone(studio, id)
      return tasks.start({ kind: 'probe-devices', project: null, subject: backbone?.name ?? 'devices' }, async (context) => {
        const { threads = cores() } = await file.read()
        const all = knownDevices()
        const about = { backbone: backbone && { id: backbone.id, name: backbone.name }, facts: await readFacts(), threads }
        // The processor comes first: others are held against it, on the same step, without computing it once more.
        let processor: StepFacts | null = null
        for (const [done, device] of all.entries()) {
          context.progress({ task: 'trying devices', done, total: all.length, unit: 'devices' })
          const request = { threads, ...(backbone && { backbone: backbone.file }), ...(processor && { processor }) }
          const { step, ...found } = await probe(engine, device, request, context.signal)
          if (device.id === 'cpu') processor = step
          await change((settings) => withFound(settings, about, device.id, found), id)
        }
        return { kind: 'probe-devices', devices: all.length }
      })
    },
    choose: async ({ device, threads }) => {
      const facts = await readFacts()
      return change((settings) => {
        if (device !== undefined && device !== 'auto') requireUsable(listOf(settings, facts), device)
        return { ...settings, ...(device !== undefined && { chosen: device }), ...(threads !== undefined && { threads }) }
      })
    },
  }
}

export interface Place {
  readonly device: string
  readonly threads: number
  /** Where a run goes on if that device fails, in this order. */
  readonly fallbacks: string[]
}

export interface Wish {
  /** A device, or `auto`; absent = the chosen one. */
  readonly device?: string | undefined
  /** Id of the backbone: how fast the devices are may depend on it. */
  readonly backbone?: string | undefined
  /** Absent = as many as are chosen. */
  readonly threads?: number | undefined
}

/** What to compute on: a device that is usable, and threads.
 * @throws AppError 'bad-option' for a device that is unknown or not usable */
export async function deviceFor(
  studio: Pick<Studio, 'dataFolder' | 'log'>,
  { device: wanted, backbone, threads }: Wish = {},
  readFacts: () => Promise<string> = deviceFacts,
): Promise<Place> {
  const settings = await settingsFile(studio).read()
  const list = listOf({ ...settings, ...(threads !== undefined && { threads }) }, await readFacts(), backbone)
  const byChoice = wanted ?? list.chosen
  // What was chosen once may not be usable any more after an update; what is wished for now has to be.
  const named = byChoice === 'auto' || (wanted === undefined && !isUsable(list, byChoice)) ? null : byChoice
  if (named !== null) requireUsable(list, named)
  const device = named ?? list.automatic
  const others = bySpeed(list).filter((id) => id !== device && id !== 'cpu')
  return { device, threads: list.threads, fallbacks: device === 'cpu' ? others : [...others, 'cpu'] }
}

function listOf(settings: DeviceSettings, facts: string, backbone?: string): List {
  const { chosen, threads = cores() } = settings
  const known = knownDevices()
  const valid = probeFor(settings, facts, backbone)
  const isOlder = valid === null && settings.probes.length > 0
  const unknown = isOlder ? 'not tried since the system, a driver, a library or this program has changed' : 'not tried yet'
  // Numbers stay right with other threads, and the speed of a card stays what it is.
  const others = valid?.threads === threads ? null : (valid?.threads ?? null)
  const devices = known.map(({ id, name, isThreaded }) => {
    const usual = id === 'cpu' ? { usable: true, reason: `always there; ${unknown}` } : { usable: false, reason: unknown }
    const found = valid?.devices[id] ?? { ...usual, imagesPerSecond: null }
    if (others === null || !isThreaded || found.imagesPerSecond === null) return { id, name, ...found }
    return {
      id,
      name,
      usable: found.usable,
      reason: `right when tried; measured with another number of threads (${others}, now ${threads})`,
      imagesPerSecond: null,
    }
  })
  const list = {
    devices,
    chosen: chosen === 'auto' || known.some(({ id }) => id === chosen) ? chosen : 'auto',
    measuredOn: valid?.backbone?.name ?? null,
    outdated: isOlder || others !== null,
    threads,
    cores: cores(),
  }
  return { ...list, automatic: bySpeed(list)[0] ?? 'cpu' }
}

/** Usable devices that were measured, the fastest first. */
function bySpeed({ devices }: Pick<List, 'devices'>): string[] {
  const usable = devices.filter((one) => one.usable && one.imagesPerSecond !== null)
  return usable.sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0)).map(({ id }) => id)
}

function isUsable({ devices }: List, id: string): boolean {
  return devices.some((one) => one.id === id && one.usable)
}

function requireUsable({ devices }: List, id: string): void {
  const found = devices.find((one) => one.id === id)
  if (!found) throw new AppError('bad-option', `device: expected auto or one of ${devices.map((one) => one.id).join(', ')}, found ${id}`)
  if (!found.usable) throw new AppError('bad-option', `device: expected one that is usable, found ${id}: ${found.reason}`)
}
