// Where the engine's programs lie and which Node runs them: beside this file, or in the resources of the packaged application.
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nodeBinary } from './node-binary.ts'

export interface EnginePlace {
  /** The engine: one job a process, or small ones one after another. */
  readonly entry: URL
  /** Makes pictures. */
  readonly media: URL
  /** @throws AppError 'unsupported' if there is none */
  readonly node: () => string
}

const extension = extname(import.meta.url)

/** Sources under Node's type stripping, or built files in a build. */
export const besideThis: EnginePlace = {
  entry: new URL(`../../engine/index${extension}`, import.meta.url),
  media: new URL(`../../engine/media/index${extension}`, import.meta.url),
  node: nodeBinary,
}

/** `engine/` of the resources holds Node in `bin/`, the built JavaScript in `out/` and what it needs in `node_modules/`: plain files,
 * outside of the archive that only Electron can read. @param resources Electron's `process.resourcesPath` */
export function inResources(resources: string, platform: NodeJS.Platform = process.platform): EnginePlace {
  const folder = join(resources, 'engine')
  const program = (path: string): URL => pathToFileURL(join(folder, 'out', 'engine', path))
  return {
    entry: program('index.js'),
    media: program(join('media', 'index.js')),
    node: () => join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node'),
  }
}
