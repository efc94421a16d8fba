// Where TensorFlow is once it has been set up, for the process that sets it up and the one that computes with it.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { dataFolder } from './data-folder.ts'

/** What the folder says of itself; written last, so that a folder with it is whole. */
export const tensorflowNote = z.object({
  /** TensorFlow's version, as the loaded library says. */
  version: z.string(),
  /** Which of the sources it came from. */
  source: z.enum(['cpu', 'cuda', 'package']),
  /** Whether it found a graphics card when it was set up. */
  graphicsCard: z.boolean(),
  /** The binding, from the folder on; it finds TensorFlow's libraries by its own place. */
  binding: z.string(),
  bytes: z.number(),
})

export type TensorFlowNote = z.infer<typeof tensorflowNote>

/** `SELF_TUNING_TENSORFLOW`, else a folder of the application's own. It need not be there. */
export function tensorflowFolder(environment: NodeJS.ProcessEnv = process.env, data: string = dataFolder(environment)): string {
  const chosen = environment.SELF_TUNING_TENSORFLOW
  return chosen ? resolve(chosen) : join(data, 'tensorflow')
}

export function noteFile(folder: string): string {
  return join(folder, 'tensorflow.json')
}

/** What is there; null where nothing is, or nothing whole. */
export function installedTensorFlow(folder: string): TensorFlowNote | null {
  try {
    return tensorflowNote.parse(JSON.parse(readFileSync(noteFile(folder), 'utf8')))
  } catch {
    return null
  }
}
