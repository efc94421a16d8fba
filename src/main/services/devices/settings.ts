// What the user has chosen to compute on, and what probing has found, in the application's own folder.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { JsonFile } from '../../json-file.ts'
import type { Studio } from '../context.ts'

const found = z.object({ usable: z.boolean(), reason: z.string(), imagesPerSecond: z.number().nullable() })

const probe = z.object({
  /** Id and name of the backbone that the speed was measured on; null = a small network. */
  backbone: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Of the machine as it was (facts.ts). */
  facts: z.string(),
  /** That the speeds were measured with. */
  threads: z.int().min(1),
  devices: z.record(z.string(), found),
})

const settings = z.object({
  chosen: z.string(),
  /** Absent: as many as the machine has. */
  threads: z.int().min(1).optional(),
  /** Latest first, one a backbone. What cannot be understood, of another version, can be found again. */
  probes: z.array(probe).catch([]),
})

export type Probe = z.infer<typeof probe>
export type DeviceSettings = z.infer<typeof settings>

/** Probes that are kept. */
const most = 16

/** A file that cannot be understood counts as none: all in it can be found or chosen again. */
export function settingsFile({ dataFolder, log }: Pick<Studio, 'dataFolder' | 'log'>): JsonFile<DeviceSettings> {
  return new JsonFile<DeviceSettings>(join(dataFolder, 'devices.json'), settings, { chosen: 'auto', probes: [] }, log)
}

/** The settings with what was found on one more device. A probe under other facts, or with other threads, is begun anew. */
export function withFound(
  settings: DeviceSettings,
  about: Omit<Probe, 'devices'>,
  device: string,
  result: z.infer<typeof found>,
): DeviceSettings {
  const { backbone, facts, threads } = about
  const isSame = (other: Probe): boolean => other.backbone?.id === backbone?.id
  const before = settings.probes.find((other) => isSame(other) && other.facts === facts && other.threads === threads)
  const now: Probe = { ...about, devices: { ...before?.devices, [device]: result } }
  return { ...settings, probes: [now, ...settings.probes.filter((other) => !isSame(other))].slice(0, most) }
}

/** What is known of the machine as it is: measured on this backbone if it was, else on the one that was tried last. */
export function probeFor({ probes }: DeviceSettings, facts: string, backbone?: string): Probe | null {
  const valid = probes.filter((probe) => probe.facts === facts)
  return valid.find((probe) => probe.backbone?.id === backbone) ?? valid[0] ?? null
}

/** As many as the user has chosen, else all. */
export async function chosenThreads(places: Pick<Studio, 'dataFolder' | 'log'>): Promise<number> {
  return (await settingsFile(places).read()).threads ?? cores()
}

export function cores(): number {
  return availableParallelism()
}
