// What the user has chosen to compute on, and what probing has found, in the application's own folder.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { JsonFile } from '../../json-file.ts'
import type { Studio } from '../context.ts'

const settings = z.object({
  chosen: z.string(),
  /** Absent: as many as the machine has. */
  threads: z.int().min(1).optional(),
  /** By device: what came of the last probe. */
  probed: z.record(z.string(), z.object({ usable: z.boolean(), reason: z.string(), imagesPerSecond: z.number().nullable() })),
})

export type DeviceSettings = z.infer<typeof settings>

/** A file that cannot be understood counts as none: all in it can be found or chosen again. */
export function settingsFile({ dataFolder, log }: Pick<Studio, 'dataFolder' | 'log'>): JsonFile<DeviceSettings> {
  return new JsonFile(join(dataFolder, 'devices.json'), settings, { chosen: 'auto', probed: {} }, log)
}

export function cores(): number {
  return availableParallelism()
}
