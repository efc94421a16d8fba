// The backbone that comes with the application: what a run starts from unless it is told otherwise.
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { backbone } from '../../../shared/contract/backbones.ts'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import { AppError } from '../../../shared/errors.ts'
import { starterId } from '../../../shared/starter.ts'
import { readJson } from '../../../node/files.ts'
import { starterFile } from '../../resources.ts'

/** What lies beside the file, written with it. */
const record = z.object(backbone.omit({ id: true, file: true, available: true }).shape)

/** None where the application was installed without it.
 * @param resources folder of what comes with the application */
export async function starterBackbones(resources: string): Promise<Backbone[]> {
  const file = starterFile(resources)
  const about = record.safeParse(await readJson(file.replace(/\.onnx$/, '.json')).catch(() => null)).data
  if (!about) return []
  const found = await stat(file).catch(() => null)
  return [{ id: starterId, file, available: found?.size === about.bytes, ...about }]
}

/** @throws AppError 'bad-option' for the id of the starter */
export function refuseStarter(id: string): void {
  if (id === starterId)
    throw new AppError('bad-option', `backbone ${id}: expected one that was added, found the one that comes with the application`)
}
