// What the user has chosen to compute on, and what probing has found, in the application's own folder.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { makeFolder, readJson, writeJson } from '../../../node/files.ts'

const fileName = 'devices.json'

const settings = z.object({
  chosen: z.string(),
  /** Absent: as many as the machine has. */
  threads: z.int().min(1).optional(),
  /** By device: what came of the last probe. */
  probed: z.record(z.string(), z.object({ usable: z.boolean(), reason: z.string(), imagesPerSecond: z.number().nullable() })),
})

export type DeviceSettings = z.infer<typeof settings>

/** @throws AppError 'no-access'; a file that cannot be understood counts as none: all in it can be found or chosen again */
export async function readSettings(dataFolder: string): Promise<DeviceSettings> {
  try {
    return settings.parse(await readJson(join(dataFolder, fileName)))
  } catch (error) {
    if (error instanceof AppError && error.code === 'no-access') throw error
    return { chosen: 'auto', probed: {} }
  }
}

export async function writeSettings(dataFolder: string, value: DeviceSettings): Promise<void> {
  await makeFolder(dataFolder)
  await writeJson(join(dataFolder, fileName), value)
}

export function cores(): number {
  return availableParallelism()
}
