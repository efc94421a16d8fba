// Where the files are that come with the application.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `SELF_TUNING_RESOURCES`, else `resources/` of the project, the same from `src/` and `out/`. In a packaged application its content lies beside the archive:
 * the engine is no Electron process and cannot read inside.
 * @param here this file, or what was built from it */
export function resourcesFolder(environment: NodeJS.ProcessEnv = process.env, here: string = fileURLToPath(import.meta.url)): string {
  const chosen = environment.SELF_TUNING_RESOURCES
  if (chosen) return resolve(chosen)
  const folder = join(dirname(here), '..', '..', 'resources')
  const archive = /^(.*)[/\\][^/\\]+\.asar[/\\]resources$/.exec(folder)
  return archive?.[1] ?? folder
}

/** The starter backbone's file in there. */
export function starterFile(resources: string = resourcesFolder()): string {
  return join(resources, 'backbones', 'starter.onnx')
}
