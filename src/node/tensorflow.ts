// Where TensorFlow is once it has been set up, for the process that sets it up and the one that computes with it.
import { join, resolve } from 'node:path'
import { dataFolder } from './data-folder.ts'

/** `SELF_TUNING_TENSORFLOW`, else a folder of the application's own. It need not be there. */
export function tensorflowFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.SELF_TUNING_TENSORFLOW
  return chosen ? resolve(chosen) : join(dataFolder(environment), 'tensorflow')
}

/** The binding, which finds TensorFlow's libraries beside itself. */
export function bindingFile(folder: string): string {
  return join(folder, 'tfjs_binding.node')
}
