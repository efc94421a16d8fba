// Service `devices`: what training can run on. Each is tried in a process of its own before it is offered.
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Studio } from '../context.ts'
import { cores, settingsFile } from './settings.ts'
import type { DeviceSettings } from './settings.ts'

type List = Awaited<ReturnType<Handlers['devices']['list']>>

/** ONNX Runtime's execution providers that there may be. */
const names: Readonly<Record<string, string>> = {
  cpu: 'Processor',
  cuda: 'NVIDIA graphics card (CUDA)',
  dml: 'Graphics card (DirectML)',
  webgpu: 'Graphics card (WebGPU)',
  tensorflow: 'TensorFlow',
  coreml: 'Apple Neural Engine and graphics (Core ML)',
}

const candidates: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['cpu', 'cuda', 'webgpu', 'tensorflow'],
  win32: ['cpu', 'dml', 'webgpu', 'tensorflow'],
  darwin: ['cpu', 'coreml', 'webgpu'],
}

export function devices(studio: Studio): Handlers['devices'] {
  const { tasks, engine, events } = studio
  const file = settingsFile(studio)
  const change = async (work: (settings: DeviceSettings) => DeviceSettings): Promise<List> => {
    const list = listOf(await file.update(work))
    events.emit('devices.changed', list)
    return list
  }

  return {
    list: async () => listOf(await file.read()),
    probe: () =>
      tasks.start({ kind: 'probe-devices', project: null, subject: 'devices' }, async (context) => {
        const { threads } = await file.read()
        const ids = known()
        for (const [done, id] of ids.entries()) {
          context.progress({ task: 'trying devices', done, total: ids.length, unit: 'devices' })
          const found = await probe(engine, id, threads ?? cores(), context.signal)
          await change((settings) => ({ ...settings, probed: { ...settings.probed, [id]: found } }))
        }
        return { kind: 'probe-devices', devices: ids.length }
      }),
    choose: ({ device, threads }) =>
      change((settings) => {
        if (device !== undefined && device !== 'auto') requireUsable(listOf(settings), device)
        return { ...settings, ...(device !== undefined && { chosen: device }), ...(threads !== undefined && { threads }) }
      }),
  }
}

export interface Place {
  readonly device: string
  readonly threads: number
}

/** What to compute on: a device that is usable, and threads. @param wanted a device; absent = the chosen one
 * @throws AppError 'bad-option' for one that is unknown or not usable */
export async function deviceFor(studio: Pick<Studio, 'dataFolder' | 'log'>, wanted?: string): Promise<Place> {
  const list = listOf(await settingsFile(studio).read())
  const device = wanted ?? list.chosen
  if (device !== 'auto') {
    requireUsable(list, device)
    return { device, threads: list.threads }
  }
  const usable = list.devices.filter((one) => one.usable && one.imagesPerSecond !== null)
  const [fastest] = usable.sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))
  return { device: fastest?.id ?? 'cpu', threads: list.threads }
}

function known(): readonly string[] {
  return candidates[process.platform] ?? ['cpu']
}

function listOf({ chosen, threads, probed }: DeviceSettings): List {
  const devices = known().map((id) => {
    const found = probed[id]
    const usual = id === 'cpu' ? { usable: true, reason: 'always there; not measured yet' } : { usable: false, reason: 'not tried yet' }
    return { id, name: names[id] ?? id, imagesPerSecond: null, ...(found ?? usual) }
  })
  return { devices, chosen: chosen === 'auto' || known().includes(chosen) ? chosen : 'auto', threads: threads ?? cores(), cores: cores() }
}

function requireUsable({ devices }: List, id: string): void {
  const found = devices.find((one) => one.id === id)
  if (!found) throw new AppError('bad-option', `device: expected auto or one of ${devices.map((one) => one.id).join(', ')}, found ${id}`)
  if (!found.usable) throw new AppError('bad-option', `device: expected one that is usable, found ${id}: ${found.reason}`)
}

/** @throws AppError 'stopped' if it was; whatever else goes wrong, a crash of the driver too, is what was to be found out */
async function probe(
  engine: Studio['engine'],
  device: string,
  threads: number,
  signal: AbortSignal,
): Promise<DeviceSettings['probed'][string]> {
  try {
    const { difference, imagesPerSecond } = await engine.run<'probe'>(
      { job: 'probe', device, threads },
      { priority: 'foreground', subject: `trying ${names[device] ?? device}`, signal },
    )
    const reason = `right to ${difference.toExponential(0)} in a training step, ${Math.round(imagesPerSecond)} images/s`
    return { usable: true, reason, imagesPerSecond }
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError) || error.code === 'stopped') throw error
    return { usable: false, reason: error.message, imagesPerSecond: null }
  }
}
