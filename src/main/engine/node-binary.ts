// Which Node runs the engine: this one if it is a plain one and new enough, else the one that is installed with the package.
import { createRequire } from 'node:module'
import { AppError } from '../../shared/errors.ts'

/** The engine uses what came with this version, e.g. Float16Array. */
const oldest = 24

/** @throws AppError 'unsupported' if there is none. */
export function nodeBinary(): string {
  const found = process.versions.node
  // Electron's own Node is none to run the engine: sharp and ONNX Runtime crash in it.
  if (!('electron' in process.versions) && Number(found.split('.')[0]) >= oldest) return process.execPath
  try {
    return createRequire(import.meta.url).resolve(process.platform === 'win32' ? 'node/bin/node.exe' : 'node/bin/node')
  } catch (error) {
    throw new AppError(
      'unsupported',
      `expected Node ${oldest} or newer to run the engine, found ${found}; npm install node@${oldest} brings it`,
      { cause: error },
    )
  }
}
